-- The request comes as a file; what was measured goes out as one line of JSON.
function init(args)
  local file = io.open(args[1], 'rb')
  wrk.method = 'POST'
  wrk.body = file:read('*a')
  file:close()
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format(
    '\nJSON {"requests":%d,"microseconds":%d,"p50":%d,"p99":%d,"errors":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    e.connect + e.read + e.write + e.status + e.timeout
  ))
end
