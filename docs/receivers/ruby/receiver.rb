# Receives webhooks and verifies them; Ruby 3.0 or newer, nothing to install.
#
#     PORT=8080 CONTRACT=standard SECRET=whsec_... ruby receiver.rb
#
# Each verify_... method stands alone: copy the one for your contract, and give it the header values as text and the
# body as the bytes that arrived, before anything parsed them. It returns where the request is genuine and raises
# Refused where it is not. During a rotation, give both secrets; here they are separated by a space in SECRET.

require "openssl"
require "socket"
require "timeout"

class Refused < StandardError; end

# Standard Webhooks, and so Fluxo and Flowlu: webhook-id, webhook-timestamp and webhook-signature.
def verify_standard(id, timestamp, signatures, body, secrets)
  raise Refused, "malformed webhook-id" unless id.match?(/\A[\x21-\x2d\x2f-\x7e]{1,256}\z/)
  raise Refused, "malformed webhook-timestamp" unless timestamp.match?(/\A(?:0|[1-9][0-9]{0,11})\z/)
  raise Refused, "stale webhook-timestamp" if (Time.now.to_i - timestamp.to_i).abs > 300

  # "v1,<base64>" for each secret that signs, separated by spaces; schemes other than v1 may stand beside them.
  given = signatures.split(" ", -1)
  well_formed = given.all? { |one| one.match?(%r{\A[A-Za-z0-9_-]{1,16},[A-Za-z0-9+/=_-]+\z}) }
  raise Refused, "malformed webhook-signature" unless well_formed && !given.empty?

  genuine = secrets.any? do |secret|
    key = secret.delete_prefix("whsec_").unpack1("m0")
    digest = OpenSSL::HMAC.digest("SHA256", key, "#{id}.#{timestamp}.".b + body)
    expected = "v1,#{[digest].pack("m0")}"
    given.any? { |one| OpenSSL.secure_compare(one, expected) }
  end
  raise Refused, "no signature matches" unless genuine
end

# FluxDesk: X-FluxDesk-Signature, over the body alone.
def verify_fluxdesk(signature, body, secrets)
  genuine = secrets.any? do |secret|
    OpenSSL.secure_compare(signature, "v1=#{OpenSSL::HMAC.hexdigest("SHA256", secret, body)}")
  end
  raise Refused, "X-FluxDesk-Signature does not match" unless genuine
end

# FlowBeacon: X-FB-Signature, over the time and the body.
def verify_flowbeacon(signature, body, secrets)
  parts = /\At=(0|[1-9][0-9]{0,11}),v1=([0-9a-f]{64})\z/.match(signature)
  raise Refused, "malformed X-FB-Signature" unless parts

  timestamp, given = parts.captures
  raise Refused, "stale X-FB-Signature" if (Time.now.to_i - timestamp.to_i).abs > 300

  genuine = secrets.any? do |secret|
    OpenSSL.secure_compare(given, OpenSSL::HMAC.hexdigest("SHA256", secret, "#{timestamp}.".b + body))
  end
  raise Refused, "X-FB-Signature does not match" unless genuine
end

# Flowxtra: X-Flowxtra-Signature, over the body alone. The key is the secret's 64 characters as they are.
def verify_flowxtra(signature, body, secrets)
  genuine = secrets.any? do |secret|
    OpenSSL.secure_compare(signature, "sha256=#{OpenSSL::HMAC.hexdigest("SHA256", secret, body)}")
  end
  raise Refused, "X-Flowxtra-Signature does not match" unless genuine
end

# Contract: its verify method, the headers that it needs, and the one that names the delivery.
STANDARD = [:verify_standard, %w[webhook-id webhook-timestamp webhook-signature], "webhook-id"].freeze
CONTRACTS = {
  "standard" => STANDARD,
  "fluxo" => STANDARD,
  "flowlu" => STANDARD,
  "fluxdesk" => [:verify_fluxdesk, %w[x-fluxdesk-signature], "x-fluxdesk-delivery-id"],
  "flowbeacon" => [:verify_flowbeacon, %w[x-fb-signature], nil],
  "flowxtra" => [:verify_flowxtra, %w[x-flowxtra-signature], "x-flowxtra-delivery"]
}.freeze
CONTRACT = ENV.fetch("CONTRACT", "standard")
SECRETS = ENV.fetch("SECRET", "").split
abort "Set SECRET, and CONTRACT to one of #{CONTRACTS.keys.join(", ")}." if SECRETS.empty? || !CONTRACTS.key?(CONTRACT)

REASONS = { 204 => "No Content", 400 => "Bad Request", 401 => "Unauthorized", 405 => "Method Not Allowed",
            411 => "Length Required", 413 => "Content Too Large" }.freeze
LONGEST_LINE = 8 * 1024
LONGEST_BODY = 1024 * 1024

# Header names in lower case, each with every value that was sent for it; nil for what is no HTTP.
def read_headers(client)
  headers = Hash.new { |hash, name| hash[name] = [] }
  100.times do
    line = client.gets("\n", LONGEST_LINE)&.delete_suffix("\n")&.delete_suffix("\r")
    return headers if line == ""

    name, value = /\A([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*\z/n.match(line.to_s)&.captures
    return nil unless name

    headers[name.downcase] << value
  end
  nil
end

# Answers 204 or 401, and a few others to what is no webhook at all.
def receive(client)
  method = client.gets("\n", LONGEST_LINE).to_s[/\A([A-Z]+) \S+ HTTP\/1\.[01]\r?\n\z/n, 1]
  headers = read_headers(client)
  return 400 unless method && headers
  return 405 unless method == "POST"

  # A header's value; empty unless it was sent exactly once.
  header = ->(name) { headers[name].length == 1 ? headers[name].first : "" }
  return 411 unless header.("content-length").match?(/\A[0-9]{1,9}\z/)

  length = header.("content-length").to_i
  return 413 if length > LONGEST_BODY

  body = client.read(length).to_s
  return 400 if body.bytesize < length

  verify, names, delivery = CONTRACTS.fetch(CONTRACT)
  send(verify, *names.map(&header), body, SECRETS)
  # Every attempt at one delivery has the same id. Store it under a unique key, in the transaction that acts on the
  # body, and do nothing where it is there already: a delivery can arrive twice. FlowBeacon has no such header; its
  # evaluation_id in the body serves. Where the contract signs no time, this store is also all that tells a request
  # that somebody recorded and sends again from the first one.
  warn "accepted: delivery #{delivery ? header.(delivery) : "-"}, #{length} bytes"
  # Answer first and work afterwards: the sender waits for seconds only.
  204
rescue Refused => error
  # The reason is for this log: whoever forges requests need not be told.
  warn "refused: #{error.message}"
  401
end

# Ruby comes without an HTTP server since 3.0. This one is enough to try a receiver; behind Rack, the body is
# env["rack.input"].read and a header is env["HTTP_X_FB_SIGNATURE"].
server = TCPServer.new("127.0.0.1", Integer(ENV.fetch("PORT", "8080")))
puts "#{CONTRACT} receiver listens on port #{server.addr[1]}"
$stdout.flush
loop do
  Thread.new(server.accept) do |client|
    client.binmode
    status = Timeout.timeout(10) { receive(client) }
    extra = status == 204 ? "" : "Content-Length: 0\r\n"
    client.write("HTTP/1.1 #{status} #{REASONS.fetch(status)}\r\n#{extra}Connection: close\r\n\r\n")
  rescue SystemCallError, Timeout::Error => error
    warn "given up: #{error.message}"
  ensure
    client.close
  end
end
