import { Field } from "@/components/ui/field";
import { Input, type InputProps } from "@/components/ui/input";

/** The code without which a link that was handed over opens nothing. */
export function CodeField({
  from,
  error,
  input,
}: {
  from: string;
  error: string | undefined;
  input: InputProps;
}) {
  return (
    <Field
      label="Code"
      error={error}
      hint={`Twelve letters that ${from} tells you. Type them here yourself and tell them to nobody, whoever sent you the link.`}
    >
      <Input
        {...input}
        size="lg"
        mono
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        autoFocus
      />
    </Field>
  );
}
