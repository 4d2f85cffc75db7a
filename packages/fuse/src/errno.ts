import { constants } from "node:os";

/** Those that Linux has and Node does not name. */
const linuxOnly: Readonly<Record<string, number>> = { EUCLEAN: 117, ENOMEDIUM: 123, EREMOTEIO: 121 };

/** The errno that an error's `code` names, positive; undefined when it names none. */
export function errnoOf(error: unknown): number | undefined {
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (typeof code !== "string") return undefined;
  return (constants.errno as Readonly<Record<string, number>>)[code] ?? linuxOnly[code];
}
