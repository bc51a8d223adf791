/** One hash: a member's id → until when it counts (ms of the store's clock), a blank, and what it says. */
export const FLEET_SCRIPTS = {
  announceMember: {
    numberOfKeys: 1,
    lua: `
      local time = redis.call('TIME')
      local now = time[1] * 1000 + math.floor(time[2] / 1000)
      local id, ttl, said, most = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
      local found = {}
      local count = 0
      local all = redis.call('HGETALL', KEYS[1])
      for i = 1, #all, 2 do
        local blank = string.find(all[i + 1], ' ', 1, true)
        if all[i] ~= id then
          if tonumber(string.sub(all[i + 1], 1, blank - 1)) <= now then
            redis.call('HDEL', KEYS[1], all[i])
          else
            count = count + 1
            found[count] = string.sub(all[i + 1], blank + 1)
          end
        end
      end
      if count >= most then return redis.error_reply('FULL') end
      redis.call('HSET', KEYS[1], id, string.format('%.0f', now + ttl) .. ' ' .. said)
      redis.call('PEXPIRE', KEYS[1], ttl * 2)
      found[count + 1] = said
      return found
    `,
  },
} as const;
