// `volley token`: makes, lists, rotates and revokes the tokens of a state directory. Servers that run see it within a second.

import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createToken, isLive, type MadeToken, revokeToken, rotateToken } from '../auth/change-tokens.ts'
import { allScopes, type Scope } from '../auth/principal.ts'
import { type StoredToken, TokenFile } from '../auth/token-file.ts'
import { readTokenUses, tokenUseKey } from '../auth/token-uses.ts'
import { UsageError } from './outcome.ts'
import { printText } from './stdout.ts'
import { FIRST_TOKEN } from './token.ts'

/** What all of its subcommands take. */
export interface TokenOptions {
  readonly stateDir: string
  readonly json?: boolean
}

interface CreateOptions extends TokenOptions {
  readonly scope: readonly Scope[]
  readonly expires?: number
}

/** The action of `volley token create`. */
export async function create(name: string, options: CreateOptions): Promise<void> {
  if (options.scope.length === 0) {
    throw new UsageError(
      `Cannot make a token that allows nothing: give --scope, one or more of ${allScopes.join(', ')}`,
    )
  }
  await printMade(await createToken(new TokenFile(options.stateDir), name, options.scope, options.expires), options)
}

/** The action of `volley token list`. */
export async function list({ stateDir, json }: TokenOptions): Promise<void> {
  const [stored, uses] = await Promise.all([new TokenFile(stateDir).read(), readTokenUses(stateDir)])
  const tokens = stored.map((token) => ({ ...token, lastUsedAt: uses[tokenUseKey(token.sha256)] }))
  await printText(json === true ? `${JSON.stringify(tokens.map(withoutHash))}\n` : tokens.map(line).join(''))
}

/** The action of `volley token rotate`. */
export async function rotate(name: string, options: TokenOptions & { readonly grace: number }): Promise<void> {
  const made = await rotateToken(new TokenFile(options.stateDir), name, options.grace)
  if (name === FIRST_TOKEN) await writeFile(join(options.stateDir, 'token'), `${made.secret}\n`, { mode: 0o600 })
  await printMade(made, options)
}

/** The action of `volley token revoke`. */
export async function revoke(name: string, { stateDir }: TokenOptions): Promise<void> {
  await revokeToken(new TokenFile(stateDir), name)
  if (name === FIRST_TOKEN) await rm(join(stateDir, 'token'), { force: true })
}

/** The secret alone goes to stdout, for `TOKEN=$(volley token create …)`. */
async function printMade({ secret, token }: MadeToken, { json }: TokenOptions): Promise<void> {
  if (json === true) return printText(`${JSON.stringify({ ...withoutHash(token), token: secret })}\n`)
  process.stderr.write(`made the token ${token.name}; it is shown this once:\n`)
  return printText(`${secret}\n`)
}

const withoutHash = ({ sha256: _, ...rest }: StoredToken): Omit<StoredToken, 'sha256'> => rest

function line(token: StoredToken & { readonly lastUsedAt: string | undefined }): string {
  const { name, scopes, createdAt, expiresAt, lastUsedAt } = token
  const end = expiresAt === undefined ? 'never expires' : `${isLive(token) ? 'expires' : 'expired'} ${expiresAt}`
  const use = lastUsedAt === undefined ? 'never used' : `last used ${lastUsedAt}`
  return `${name}  ${scopes.join(',')}  made ${createdAt}  ${end}  ${use}\n`
}
