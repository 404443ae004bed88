const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder, not a file',
  EEXIST: 'something with that name exists already',
  EACCES: 'this user has no permission',
  EPERM: 'this user has no permission',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file is too large for its file system',
  EIO: 'the disk failed to read or write',
  EMFILE: 'this process has too many open files (ulimit -n)',
  ENFILE: 'this machine has too many open files',
}

/** An error of the file system in words, with its path; undefined for every other error. */
export function systemProblem(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  const { code, path } = error as NodeJS.ErrnoException
  if (code === undefined || !Object.hasOwn(WORDS, code)) return undefined
  return path === undefined ? WORDS[code] : `${path}: ${WORDS[code]}`
}
