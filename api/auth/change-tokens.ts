// What can be done to the tokens of a state directory: make, rotate, revoke. A secret is returned once and kept nowhere.

import { randomBytes } from 'node:crypto'
import { didYouMean } from '../../functions/nearest.ts'
import { invalidArgument } from '../../functions/options.ts'
import type { Scope } from './principal.ts'
import { digestOf, isTokenName, tokenNameRule } from './token.ts'
import type { StoredToken, TokenFile } from './token-file.ts'

/** A token that was just made, with the text that clients send. */
export interface MadeToken {
  readonly secret: string
  readonly token: StoredToken
}

/** @throws {PlanError} `invalid_argument` for a name that cannot be one, or is taken. */
export function createToken(
  file: TokenFile,
  name: string,
  scopes: readonly Scope[],
  lifetimeMs?: number,
): Promise<MadeToken> {
  if (!isTokenName(name)) throw invalidArgument(`Cannot name a token "${name}": ${tokenNameRule}`)
  return file.change((all) => {
    const live = all.filter(isLive)
    if (live.some((token) => token.name === name)) {
      throw invalidArgument(`Cannot make a token "${name}": there is one, rotate or revoke it, or choose another name`)
    }
    const made = make(name, scopes, lifetimeMs)
    return [[...live, made.token], made]
  })
}

/** Gives a token a new secret; the old one works for `graceMs` more. @throws {PlanError} `invalid_argument` */
export function rotateToken(file: TokenFile, name: string, graceMs: number): Promise<MadeToken> {
  return file.change((all) => {
    const old = named(all, name)
    const newest = old.at(-1) as StoredToken
    const { scopes, createdAt, expiresAt } = newest
    const lifetimeMs = expiresAt === undefined ? undefined : Date.parse(expiresAt) - Date.parse(createdAt)
    const made = make(name, scopes, lifetimeMs)
    const end = Date.now() + graceMs
    const ending = old.map((token) => ({ ...token, expiresAt: isoOf(Math.min(end, expiryOf(token))) }))
    return [[...all.filter((token) => token.name !== name), ...ending.filter(isLive), made.token], made]
  })
}

/** @throws {PlanError} `invalid_argument` when there is no such token. */
export function revokeToken(file: TokenFile, name: string): Promise<void> {
  return file.change((all) => {
    named(all, name)
    return [all.filter((token) => token.name !== name), undefined]
  })
}

/** Takes a secret that exists already, unless the file has tokens. */
export function adoptToken(file: TokenFile, name: string, scopes: readonly Scope[], secret: string): Promise<void> {
  return file.change((all) => [all.some(isLive) ? all : [stored(name, scopes, secret)], undefined])
}

/** Random, with a beginning by which scanners for leaked secrets know it. */
export const makeSecret = (): string => `vly_${randomBytes(32).toString('base64url')}`

export const isLive = (token: StoredToken): boolean => expiryOf(token) > Date.now()

const expiryOf = ({ expiresAt }: StoredToken): number =>
  expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt)

function named(all: readonly StoredToken[], name: string): readonly StoredToken[] {
  const found = all.filter((token) => token.name === name)
  if (found.length > 0) return found
  const hint = didYouMean(name, new Set(all.map((token) => token.name)), '"volley token list" tells all')
  throw invalidArgument(`Cannot find the token "${name}": there is none of that name. ${hint}`)
}

function make(name: string, scopes: readonly Scope[], lifetimeMs: number | undefined): MadeToken {
  const secret = makeSecret()
  const token = stored(name, scopes, secret)
  const expiresAt = lifetimeMs === undefined ? {} : { expiresAt: isoOf(Date.now() + lifetimeMs) }
  return { secret, token: { ...token, ...expiresAt } }
}

const stored = (name: string, scopes: readonly Scope[], secret: string): StoredToken => ({
  name,
  sha256: digestOf(secret).toString('hex'),
  scopes,
  createdAt: isoOf(Date.now()),
})

const isoOf = (time: number): string => new Date(time).toISOString()
