export { type GatewayConfig, gatewayOptions } from './config.ts';
export { type Gateway, type GatewayDeps, startGateway } from './gateway.ts';
export { DEFAULT_LIMITS, type GatewayLimits } from './limits.ts';
