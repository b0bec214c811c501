// A basket and the cards that are being typed, in the part of the address that no server gets to see.

const asText = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const asBytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));

async function through(stream, bytes) {
  const out = new Blob([bytes]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(out).arrayBuffer());
}

/** What stands behind the # of a link. */
export async function fragmentOf(shared) {
  const bytes = new TextEncoder().encode(JSON.stringify(shared));
  return `#s1=${asText(await through(new CompressionStream("deflate-raw"), bytes))}`;
}

/** What a link says, or null. Whatever is wrong with it, nothing happens. */
export async function sharedIn(fragment) {
  const found = /^#s1=([\w-]+)$/.exec(fragment);
  if (!found || found[1].length > 400_000) return null;
  try {
    const bytes = await through(new DecompressionStream("deflate-raw"), asBytes(found[1]));
    if (bytes.length > 4_000_000) return null;
    const shared = JSON.parse(new TextDecoder().decode(bytes));
    return isObject(shared) && isBasket(shared.basket) && isObject(shared.draft) ? shared : null;
  } catch {
    return null;
  }
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether the page can show a value as a basket; what is wrong with its content, the desk tells. */
export function isBasket(value) {
  const lists = ["lines", "shipping", "codes"];
  return (
    isObject(value) &&
    lists.every((name) => value[name] === undefined || Array.isArray(value[name])) &&
    (value.lines ?? []).every(isObject) &&
    (value.shipping ?? []).every(isObject) &&
    (value.wallet === undefined || (isObject(value.wallet) && (value.wallet.coupons ?? []).every?.(isObject) !== false)) &&
    (value.customer === undefined || isObject(value.customer))
  );
}

/** With every list that the page looks at. */
export function whole(basket) {
  return {
    ...basket,
    customer: { id: "", segments: [], ...basket.customer },
    lines: (basket.lines ?? []).map((line, place) => ({ id: String(place + 1), ...line })),
    shipping: basket.shipping ?? [],
    wallet: { coins: 0, ...basket.wallet, coupons: basket.wallet?.coupons ?? [] },
    codes: basket.codes ?? [],
  };
}
