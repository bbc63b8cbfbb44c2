// The ways in which a command can fail.

/** The command line asks for something impossible; exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Ctrl-C; exit code 130. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}
