export { type AuthDeps, type AuthService, JWKS_PATH, startAuth, TOKEN_PATH } from './auth.ts';
export { type AuthConfig, authOptions } from './config.ts';
export { type KeyEncryptionKey, keyEncryptionKey } from './keys/sealed-ring.ts';
