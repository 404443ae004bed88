/** A file could not be written. The message names it and says what to do. */
export class WriteError extends Error {
  readonly file: string

  constructor(file: string, cause: unknown) {
    super(`${file} could not be written: ${remedyOf(cause as NodeJS.ErrnoException)}`, { cause })
    this.file = file
  }
}

const AGAIN = 'then run the same command again: it goes on from there'

function remedyOf({ code, message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ENOSPC':
      return `the disk is full: free space, ${AGAIN}`
    case 'EDQUOT':
      return `this user's share of the disk is used up: free space, ${AGAIN}`
    case 'EACCES':
    case 'EPERM':
      return `this user may not write there: change the rights of the file or its folder, ${AGAIN}`
    case 'EROFS':
      return `the file system is read-only: make it writable, ${AGAIN}`
    case 'EISDIR':
      return 'it is a folder'
    case 'ENOENT':
    case 'ENOTDIR':
      return 'there is no such folder'
    default:
      return message
  }
}
