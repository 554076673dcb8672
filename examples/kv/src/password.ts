/** Passwords come by the environment: arguments can be seen by everybody on the machine, and URIs end up in logs. */
export const PASSWORD_VARIABLE = 'CAMIO_KV_PASSWORD'

export function password(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return env[PASSWORD_VARIABLE] || undefined
}
