import type { TestContext } from 'node:test'
import type { FileReport } from '../../../src/tools/uploader/file-report.ts'
import { openJournal } from '../../../src/tools/uploader/open-journal.ts'
import { postUpload } from '../../../src/tools/uploader/post-upload.ts'
import { type UploadOptions, uploadFile } from '../../../src/tools/uploader/upload-file.ts'
import * as gateway from './scripted-gateway.ts'

export const LIMITS = { maxInvoices: 1_000, maxBytes: 8 * 2 ** 20, maxCompressedBytes: 2 ** 20 }

type Given = Partial<UploadOptions> & { timeoutMs?: number; signal?: AbortSignal }

/** Options that send to this gateway. */
export function optionsFor(url: URL, given: Given = {}): UploadOptions {
  const { timeoutMs = 30_000, signal = new AbortController().signal, ...rest } = given
  const coding = given.coding ?? 'gzip'
  return {
    send: (request, withinMs) => postUpload(request, withinMs, { url, coding, tokenHeaders: {}, signal }),
    answerTimeoutMs: timeoutMs,
    backoff: { firstMs: 1, maxMs: 10 },
    coding,
    limits: LIMITS,
    giveUpAfterMs: undefined,
    answers: undefined,
    stopping: new AbortController().signal,
    onTrouble: () => {},
    onProgress: () => {},
    ...rest,
  }
}

/** A gateway that answers by this script, and ends with the test. */
export async function scripted(t: TestContext, ...script: gateway.Reply[]) {
  const started = await gateway.startScriptedGateway(script)
  t.after(() => started.stop())
  return started
}

/** One run with this journal. */
export async function upload(file: string, options: UploadOptions): Promise<FileReport> {
  const journal = await openJournal(file)
  try {
    return await uploadFile(journal, options)
  } finally {
    journal.release()
  }
}
