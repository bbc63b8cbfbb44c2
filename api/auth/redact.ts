// What the log must not hold: tokens, wherever a client put them.

import type { FastifyRequest, FastifyServerOptions } from 'fastify'

type Logger = FastifyServerOptions['logger']

const secretParameters = new Set(['token', 'access_token'])
const REDACTED = '[redacted]'

/** The name of the first parameter of a URL that looks like a token. */
export function secretParameterIn(url: string): string | undefined {
  return parametersOf(url).map(nameOf).find(isSecret)
}

/** A URL without the values of such parameters. */
export function redactUrl(url: string): string {
  const path = url.split('?', 1)[0] ?? ''
  if (path === url) return url
  const kept = parametersOf(url).map((parameter) =>
    isSecret(nameOf(parameter)) ? `${parameter.split('=', 1)[0]}=${REDACTED}` : parameter,
  )
  return `${path}?${kept.join('&')}`
}

/** Fastify's logger, which shows requests without the tokens in them; serializers of the user's own are kept. */
export function redactingLogger(logger: Logger): NonNullable<Logger> {
  if (logger === undefined || logger === false) return false
  const options = logger === true ? {} : logger
  return {
    redact: { paths: ['req.headers.authorization', 'headers.authorization'], censor: REDACTED },
    ...options,
    serializers: { req: describeRequest, ...options.serializers },
  }
}

function describeRequest({ method, url, host, ip, socket }: FastifyRequest) {
  return { method, url: redactUrl(url), host, remoteAddress: ip, remotePort: socket.remotePort ?? 0 }
}

const parametersOf = (url: string): readonly string[] =>
  url.includes('?') ? url.slice(url.indexOf('?') + 1).split('&') : []

const isSecret = (name: string): boolean => secretParameters.has(name.toLowerCase())

/** Decoded: `%74oken` is `token` to whoever reads it. */
function nameOf(parameter: string): string {
  const name = parameter.split('=', 1)[0] ?? ''
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}
