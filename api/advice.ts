// What to do about a name that is not known, in the words of each surface of this room: the library's are with the
// library. A message of the library would tell people to call methods that they do not have.

/** Over HTTP: only who starts the server can do something. */
export const overHttp = {
  table: 'Tables are named when the server is started: volley serve --table NAME=PATH',
  function: 'The server knows more when it is started with --worker-context FILE; GET /v1/functions lists them all',
} as const

/** On the command line. */
export const onCommandLine = {
  function:
    'Register it in a worker context and name that with --worker-context; "volley functions" lists the built-ins',
} as const
