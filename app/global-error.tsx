"use client";

/** The last net, when the layout itself fails: it can rely on no style and no provider. */
export default function GlobalError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <html lang="en">
      <body
        style={{
          fontFamily: "system-ui, sans-serif",
          display: "grid",
          placeItems: "center",
          minHeight: "100dvh",
        }}
      >
        <main style={{ maxWidth: 420, padding: 24, textAlign: "center" }}>
          <h1 style={{ fontSize: 20 }}>This page could not be shown</h1>
          <p>Nothing was changed. Try again; if it stays, give your operator this code.</p>
          {error.digest ? <p style={{ fontFamily: "ui-monospace, monospace" }}>{error.digest}</p> : null}
          <button type="button" onClick={reset}>
            Try again
          </button>
        </main>
      </body>
    </html>
  );
}
