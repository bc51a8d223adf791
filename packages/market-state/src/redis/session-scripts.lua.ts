/**
 * A session is a hash: `subject`, `hash` (of its secret), `owner`, `before` (who had it before the owner), `generation`, `body`.
 * Whoever takes it counts `generation` up. A writer of a higher one than is stored knows of a take that a failover lost, and writes all.
 */

/** KEYS: the session. ARGV: hash, subject, owner, ttlMs. Returns { generation, before, body }, or nothing. */
const TAKE_SESSION = `
local seen = redis.call('HMGET', KEYS[1], 'hash', 'subject', 'owner', 'before', 'generation', 'body')
if not seen[1] or seen[1] ~= ARGV[1] or seen[2] ~= ARGV[2] then return {} end
redis.call('PEXPIRE', KEYS[1], ARGV[4])
if seen[3] == ARGV[3] then return { seen[5], seen[4], seen[6] } end
local generation = string.format('%.0f', tonumber(seen[5]) + 1)
redis.call('HSET', KEYS[1], 'owner', ARGV[3], 'before', seen[3], 'generation', generation)
return { generation, seen[3], seen[6] }
`;

/** KEYS: sessions of one slot. ARGV: owner, generation, ttlMs, hash, subject, body ('': only its time) of each. Returns an outcome each. */
const WRITE_SESSIONS = `
local outcomes = {}
for i = 1, #KEYS do
  local at = (i - 1) * 6
  local owner, generation, ttl = ARGV[at + 1], tonumber(ARGV[at + 2]), ARGV[at + 3]
  local hash, subject, body = ARGV[at + 4], ARGV[at + 5], ARGV[at + 6]
  local seen = redis.call('HMGET', KEYS[i], 'generation', 'owner')
  local stored = tonumber(seen[1] or '0')
  if stored > generation or (stored == generation and seen[2] ~= owner) then
    outcomes[i] = 'replaced'
  elseif body ~= '' then
    redis.call('HSET', KEYS[i], 'owner', owner, 'generation', ARGV[at + 2], 'hash', hash, 'subject', subject, 'body', body)
    redis.call('HSETNX', KEYS[i], 'before', owner)
    redis.call('PEXPIRE', KEYS[i], ttl)
    outcomes[i] = 'written'
  elseif stored < generation then
    outcomes[i] = 'absent'
  else
    redis.call('PEXPIRE', KEYS[i], ttl)
    outcomes[i] = 'written'
  end
end
return outcomes
`;

export const SESSION_SCRIPTS = {
  takeSession: { lua: TAKE_SESSION, numberOfKeys: 1 },
  writeSessions: { lua: WRITE_SESSIONS },
} as const;
