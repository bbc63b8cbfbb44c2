// Where a function was written, for stack traces: the file, line and column of its source, through a source map where a
// compiler left one.

import nodeModule, { SourceMap } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { findScript } from './inspector.ts'

export interface SourcePosition {
  readonly file: string
  readonly line: number
  readonly column: number
}

const cacheLimit = 1024
const maps = new Map<string, SourceMap | undefined>()

/** The original of a position in a script as it is executed. */
export function findOriginal(scriptId: string, line: number, column: number): SourcePosition {
  const { url } = findScript(scriptId)
  const entry = findMap(scriptId)?.findEntry(line, column)
  if (entry === undefined || !('originalSource' in entry) || !entry.originalSource) return { file: url, line, column }
  const file = resolveSource(entry.originalSource, url)
  return { file, line: entry.originalLine, column: entry.originalColumn }
}

function findMap(scriptId: string): SourceMap | undefined {
  if (maps.has(scriptId)) return maps.get(scriptId)
  const { url, sourceMapUrl } = findScript(scriptId)
  const map = decodeMap(sourceMapUrl) ?? findLoadedMap(url)
  if (maps.size >= cacheLimit) maps.clear()
  maps.set(scriptId, map)
  return map
}

function decodeMap(url: string): SourceMap | undefined {
  const [, encoding, data] = /^data:application\/json[^,]*?(;base64)?,(.*)$/s.exec(url) ?? []
  if (data === undefined) return undefined
  try {
    return new SourceMap(JSON.parse(encoding ? Buffer.from(data, 'base64').toString() : decodeURIComponent(data)))
  } catch {
    return undefined
  }
}

function findLoadedMap(url: string): SourceMap | undefined {
  if (url === '') return undefined
  return nodeModule.findSourceMap(url) ?? undefined
}

// Sources are relative to the file that carries the map; a script is named by a URL (modules) or a path (CommonJS).
function resolveSource(source: string, url: string): string {
  const isUrl = /^[a-z][a-z0-9+.-]+:/i.test(url)
  if (!isUrl && !url.startsWith('/')) return source
  try {
    const resolved = new URL(source, isUrl ? url : pathToFileURL(url))
    return isUrl ? resolved.href : fileURLToPath(resolved)
  } catch {
    return source
  }
}
