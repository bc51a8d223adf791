export { type GatewayConfig, gatewayOptions } from './config.ts';
export { edgeOptions } from './edge/options.ts';
export { sessionRoute } from './explain/session-route.ts';
export { type Gateway, type GatewayDeps, startGateway } from './gateway.ts';
export { DEFAULT_LIMITS, type GatewayLimits } from './limits.ts';
