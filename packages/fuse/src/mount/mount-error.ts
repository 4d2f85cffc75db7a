/** A mount that cannot be made or taken away. `code` is an errno's name. */
export class MountError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "MountError";
    this.code = code;
  }
}
