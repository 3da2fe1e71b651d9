-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Asks the gate with each request who is there. Whatever goes wrong here ends
-- in a refusal: 503.

local socket = require "socket"
socket.unix = require "socket.unix"

local GATE = "/run/gatehouse/web.sock"
local PREFIX = "/gate/"
local TIMEOUT = 5
-- of an answer of the gate: a proxy's whole room for headers
local LINES_MAX = 100
local BODY_MAX = 65536

-- kept from one request of this thread to the next
local connection

local function hang_up()
	if connection then
		connection:close()
	end
	connection = nil
end

-- what the portal is told, and how clients may try to spell it
local function is_ours(name)
	return name:lower():gsub("_", "-"):sub(1, 12) == "x-gatehouse-"
end

-- One line has one meaning for both ends, or it is not sent.
local function put(lines, name, value)
	if value and not value:find("[%c]") then
		lines[#lines + 1] = name .. ": " .. value
	end
end

-- What the answer depends on, and nothing else of the request.
local function question(r)
	local lines = { "GET " .. PREFIX .. "check HTTP/1.1" }
	put(lines, "Host", r.headers_in["Host"] or "localhost")
	for _, name in ipairs({ "Cookie", "Authorization", "Sec-Fetch-User",
	    "Sec-Purpose", "Accept-Language", "User-Agent" }) do
		put(lines, name, r.headers_in[name])
	end
	put(lines, "X-Forwarded-For", r.useragent_ip)
	put(lines, "X-Forwarded-Uri", r.unparsed_uri)
	return table.concat(lines, "\r\n") .. "\r\n\r\n"
end

local function read_headers()
	local headers = {}
	for _ = 1, LINES_MAX do
		local line = connection:receive("*l")
		if not line then
			return nil
		end
		line = line:gsub("\r$", "")
		if line == "" then
			return headers
		end
		local name, value = line:match("^([^:%s]+):%s*(.-)%s*$")
		if not name or headers[name:lower()] then
			return nil
		end
		headers[name:lower()] = value
	end
	return nil
end

local function read_answer()
	local line = connection:receive("*l")
	local status = line and line:match("^HTTP/1%.1 (%d%d%d)")
	local headers = status and read_headers()
	if not headers or headers["transfer-encoding"] then
		return nil
	end
	local length = tonumber(headers["content-length"] or "0")
	if not length or length < 0 or length > BODY_MAX then
		return nil
	end
	if length > 0 and not connection:receive(length) then
		return nil
	end
	if (headers["connection"] or ""):lower() == "close" then
		hang_up()
	end
	return tonumber(status), headers
end

local function ask_once(text)
	if not connection then
		connection = socket.unix()
		connection:settimeout(TIMEOUT)
		if not connection:connect(GATE) then
			hang_up()
			return nil
		end
	end
	local status, headers
	if connection:send(text) then
		status, headers = read_answer()
	end
	if not status then
		hang_up()
	end
	return status, headers
end

-- Once more where a connection that was kept has been closed meanwhile.
local function ask(text)
	local was_kept = connection ~= nil
	local status, headers = ask_once(text)
	if not status and was_kept then
		status, headers = ask_once(text)
	end
	return status, headers
end

-- A person whose browser goes somewhere is led to the sign-in; a script, an
-- image, a client with a token are told 401.
local function leads(r)
	local mode = r.headers_in["Sec-Fetch-Mode"]
	if mode then
		return mode == "navigate"
	end
	return not r.headers_in["Authorization"] and r.method == "GET"
end

local function refuse(r, status, headers)
	if status == 401 then
		r.err_headers_out["WWW-Authenticate"] =
		    headers["www-authenticate"]
	end
	if status == 401 and headers["x-gatehouse-login"] and leads(r) then
		r.err_headers_out["Location"] = headers["x-gatehouse-login"]
		r.err_headers_out["Cache-Control"] = "no-store"
		return 303
	end
	if status == 401 or status == 403 then
		r.subprocess_env["GATE_STATUS"] = tostring(status)
		return status
	end
	r.err_headers_out["Retry-After"] = "5"
	return 503
end

-- The session's secret stays here: the portal has no use for it.
local function keep_secret(r)
	local cookies = r.headers_in["Cookie"]
	if cookies then
		local rest = {}
		for cookie in cookies:gmatch("[^;]+") do
			cookie = cookie:gsub("^ +", "")
			if cookie:sub(1, 12) ~= "__Host-gate=" then
				rest[#rest + 1] = cookie
			end
		end
		r.headers_in["Cookie"] = #rest > 0
		    and table.concat(rest, "; ") or nil
	end
	local proof = r.headers_in["Authorization"]
	if proof and proof:lower():find("^bearer +gs%-") then
		r.headers_in["Authorization"] = nil
	end
end

function look(r)
	local text = question(r)
	for name in pairs(r:headers_in_table()) do
		if is_ours(name) then
			r.headers_in[name] = nil
		end
	end
	if r.uri == PREFIX .. "check" then
		-- for ErrorDocument alone, and where it was the gate that refused
		return r.subprocess_env["REDIRECT_GATE_STATUS"] == "403"
		    and apache2.DECLINED or 404
	end
	if r.uri:sub(1, #PREFIX) == PREFIX then
		return apache2.DECLINED
	end
	local status, headers = ask(text)
	if status ~= 200 then
		return refuse(r, status, headers)
	end
	for name, value in pairs(headers) do
		if is_ours(name) and value ~= "" then
			r.headers_in[name] = value
		end
	end
	keep_secret(r)
	return apache2.OK
end
