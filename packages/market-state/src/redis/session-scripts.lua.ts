/**
 * A session is a hash: `subject`, `hash` (of its secret), `owner`, `before` (who had it before the owner), `generation`, `body`.
 * Whoever takes it counts `generation` up. A writer of a higher one than is stored knows of a take that a failover lost, and writes all.
 */

/** KEYS: sessions of one slot. ARGV: hash, subject, owner, ttlMs of each. Returns { generation, before, body } of each, or nothing. */
const TAKE_SESSIONS = `
local answers = {}
for i = 1, #KEYS do
  local at = (i - 1) * 4
  local owner = ARGV[at + 3]
  local seen = redis.call('HMGET', KEYS[i], 'hash', 'subject', 'owner', 'before', 'generation', 'body')
  if not seen[1] or seen[1] ~= ARGV[at + 1] or seen[2] ~= ARGV[at + 2] then
    answers[i] = {}
  else
    redis.call('PEXPIRE', KEYS[i], ARGV[at + 4])
    if seen[3] == owner then
      answers[i] = { seen[5], seen[4], seen[6] }
    else
      local generation = string.format('%.0f', tonumber(seen[5]) + 1)
      redis.call('HSET', KEYS[i], 'owner', owner, 'before', seen[3], 'generation', generation)
      answers[i] = { generation, seen[3], seen[6] }
    end
  end
end
return answers
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
  takeSessions: { lua: TAKE_SESSIONS },
  writeSessions: { lua: WRITE_SESSIONS },
} as const;
