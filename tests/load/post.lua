-- wrk script: posts a body template in which every @ID@ becomes a fresh id (LOAD_MODE=distinct) or
-- always the same (LOAD_MODE=same). Prints one line of JSON with rates, percentiles and statuses.
local file = assert(io.open(os.getenv("LOAD_BODY"), "r"))
local template = file:read("*a")
file:close()
local mode, tag = os.getenv("LOAD_MODE"), os.getenv("LOAD_TAG")
local parts, from = {}, 1
while true do
  local first, last = template:find("@ID@", from, true)
  if not first then
    parts[#parts + 1] = template:sub(from)
    break
  end
  parts[#parts + 1] = template:sub(from, first - 1)
  from = last + 1
end

local threads = {}
function setup(thread)
  thread:set("tid", #threads + 1)
  table.insert(threads, thread)
end

function init()
  n, codes, coded = 0, {}, ""
  headers = { ["Content-Type"] = "application/json" }
end

function request()
  n = n + 1
  local id = mode == "same" and tag .. "-same" or tag .. "-" .. tid .. "-" .. n
  return wrk.format("POST", nil, headers, table.concat(parts, id))
end

function response(status)
  codes[status] = (codes[status] or 0) + 1
  local text = ""
  for code, count in pairs(codes) do text = text .. code .. "=" .. count .. "," end
  coded = text
end

function done(summary, latency)
  local total, accepted = {}, 0
  for _, thread in ipairs(threads) do
    for code, count in (thread:get("coded") or ""):gmatch("(%d+)=(%d+)") do
      total[code] = (total[code] or 0) + tonumber(count)
      if tonumber(code) < 300 then accepted = accepted + tonumber(count) end
    end
  end
  local list = {}
  for code, count in pairs(total) do list[#list + 1] = string.format('"%s":%d', code, count) end
  local seconds = summary.duration / 1e6
  local errors = summary.errors
  print(string.format(
    'RESULT {"accepted_per_s":%.0f,"p50_ms":%.2f,"p99_ms":%.2f,"max_ms":%.1f,"codes":{%s},"socket_errors":%d}',
    accepted / seconds, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    latency.max / 1000, table.concat(list, ","),
    errors.connect + errors.read + errors.write + errors.timeout))
end
