/**
 * A client of the HTTP server, for Node and other runtimes with `fetch`. Import it from `volley/client`.
 *
 * @module Client
 */

export { type ClientOptions, type ClientRunOptions, type JobDocument, VolleyClient } from '../../api/client.ts'
