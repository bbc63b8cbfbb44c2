// What results may be answered as, in the order of preference.

export const everyContentType = [
  'application/vnd.apache.arrow.stream',
  'application/x-ndjson',
  'application/json',
  'text/csv; charset=utf-8',
  'application/vnd.apache.arrow.file',
  'application/vnd.apache.parquet',
]
