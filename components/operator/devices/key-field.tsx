import { Field } from "@/components/ui/field";
import { Textarea } from "@/components/ui/input";

interface KeyFieldProps {
  value: string;
  onChange: (value: string) => void;
  optional?: boolean;
  error?: string | undefined;
}

/** A device's public key, in any of the forms that tools print it in. */
export function KeyField({ value, onChange, optional, error }: KeyFieldProps) {
  return (
    <Field
      label="Public key"
      optional={optional}
      error={error}
      hint="Ed25519, as PEM or base64. The private half never leaves the device."
    >
      <Textarea
        mono
        rows={3}
        spellCheck={false}
        value={value}
        placeholder="-----BEGIN PUBLIC KEY-----"
        onChange={(event) => onChange(event.currentTarget.value)}
      />
    </Field>
  );
}
