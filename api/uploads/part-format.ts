// What an uploaded part seems to be: what its sender says it is, or else what its file is called, or else how it begins.
// Text is not guessed at.

import type { PartFile } from '../../runtime/job/json-part.ts'
import { sourceOfPath } from '../../runtime/source/formats.ts'
import { formatOfMark } from '../formats/file-marks.ts'

/** What a part is read as, unless the document says otherwise. */
export type PartFormat = Pick<PartFile, 'kind' | 'options'>

const tabs: PartFormat = { kind: 'csv', options: { delimiter: '\t' } }

const ofContentTypes: Readonly<Record<string, PartFormat>> = {
  'application/vnd.apache.arrow.stream': { kind: 'arrow' },
  'application/vnd.apache.arrow.file': { kind: 'arrow' },
  'application/vnd.apache.parquet': { kind: 'parquet' },
  'text/csv': { kind: 'csv' },
  'text/tab-separated-values': tabs,
  'application/x-ndjson': { kind: 'json' },
  'application/jsonl': { kind: 'json' },
}

/** @param head - Its first bytes. */
export function partFormat(
  contentType: string | undefined,
  fileName: string | undefined,
  head: Uint8Array,
): PartFormat {
  const named = fileName === undefined ? undefined : sourceOfPath(fileName)?.kind
  return (
    ofContentTypes[contentType ?? ''] ??
    (named === 'csv' && /\.tsv$/i.test(fileName ?? '') ? tabs : { kind: named ?? formatOfMark(head) })
  )
}
