/** The type of a body that is a job as `DataFrame.toBytes()` gives it. */
export const jobContentType = 'application/vnd.volley.job'
