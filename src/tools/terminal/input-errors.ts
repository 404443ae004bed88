/** The arguments of a command are wrong; the message says which. */
export class UsageError extends Error {}

/** A file that a command was given cannot be used as it is; the message says which and why. */
export class InputError extends Error {}
