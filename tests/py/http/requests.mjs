// Sends the requests that come as JSON on standard input through supabase-js, and prints what came back, in order.
// One request: {"token": string | null, "key": string, "table" | "rpc": name, "verb", "values", "id", "args"}.
import { createClient } from "@supabase/supabase-js";
import WebSocket from "ws";

let input = "";
for await (const chunk of process.stdin) input += chunk;

const answers = [];
for (const request of JSON.parse(input)) {
  const headers = request.token ? { Authorization: `Bearer ${request.token}` } : {};
  const client = createClient(process.env.API_URL, request.key, {
    auth: { persistSession: false },
    global: { headers },
    realtime: { transport: WebSocket },
  });
  let query;
  if (request.rpc) query = client.rpc(request.rpc, request.args);
  else if (request.verb === "insert") query = client.from(request.table).insert(request.values);
  else if (request.verb === "update") query = client.from(request.table).update(request.values).eq("id", request.id);
  else query = client.from(request.table).delete().eq("id", request.id);
  const { status, error, data } = await query;
  answers.push({ status, data, error: error && { ...error, message: error.message } });
}
console.log(JSON.stringify(answers));
