// Where a function was written, for stack traces: the file, line and column of its source, through a source map where a
// compiler left one.

import { readFileSync } from 'node:fs'
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

/**
 * The line that the token at a position of a script was written in.
 *
 * @returns undefined where the map does not say: brackets that the compiler added, or another file's code.
 */
export type LineFinder = (line: number, column: number, place: 'token' | 'line') => number | undefined

/** Finds lines of the source of a script; undefined when it is executed as it was written. */
export function lineFinder(scriptId: string): LineFinder | undefined {
  const map = findMap(scriptId)
  if (map === undefined) return undefined
  return (line, column, place) => {
    const entry = map.findEntry(line, column)
    if (!('originalLine' in entry) || !entry.originalSource || entry.generatedLine !== line) return undefined
    return place === 'line' || entry.generatedColumn === column ? entry.originalLine : undefined
  }
}

function findMap(scriptId: string): SourceMap | undefined {
  if (maps.has(scriptId)) return maps.get(scriptId)
  const { url, sourceMapUrl } = findScript(scriptId)
  const map = decodeMap(sourceMapUrl) ?? findLoadedMap(url) ?? loadMap(url, sourceMapUrl)
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

/** A map in a file of its own, beside the script; Node has read it only if it was told to. */
function loadMap(url: string, mapUrl: string): SourceMap | undefined {
  if (mapUrl === '' || mapUrl.startsWith('data:')) return undefined
  try {
    const script = url.startsWith('file:') ? url : pathToFileURL(url)
    return new SourceMap(JSON.parse(readFileSync(new URL(mapUrl, script), 'utf8')))
  } catch {
    return undefined // it is not there, or elsewhere
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
