export { type NginxOptions, nginxConfiguration, startNginx } from './parts/nginx.ts';
export { type RedisCluster, type RedisClusterOptions, startRedisCluster } from './parts/redis.ts';
export { redisCommand } from './parts/redis-command.ts';
