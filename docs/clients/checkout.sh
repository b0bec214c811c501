#!/bin/sh
# From product page to refund in plain curl, for a customer of the demo shop:
#     pricing serve --rules rules --ledger shop.db --at 2026-06-20T18:30:00-07:00
#     sh docs/clients/checkout.sh http://127.0.0.1:8080 bob
# Each write has a key of its own: sent again with it, the call has its first answer.
set -eu

url=${1:-http://127.0.0.1:8080} customer=${2:-bob} at=${3:-2026-06-20T18:30:00-07:00} token=${4:-}
order=curl-$customer

get() { # PATH
    curl -sS --fail-with-body -H "Authorization: Bearer $token" "$url$1"
}
post() { # PATH KEY BODY
    curl -sS --fail-with-body -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
        -H "Idempotency-Key: $order-$2" --data "$3" "$url$1"
}
first() { # NAME: the first value of that name; for more than this, take a reader of JSON
    grep -o "\"$1\": *\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4
}

echo "the product page:"
get "/v1/offers?sku=NH-1001&store=nova-home&price=45.00&category=home/kitchen/kettles&customer=$customer" |
    grep -o '"rule": *"nova-6-off-60"'

echo "a coupon, coins, and what they buy:"
post "/v1/wallets/$customer/pick-ups" pick-up '{"rule": "nova-6-off-60"}' && echo
post "/v1/wallets/$customer/grants" grant '{"why": "welcome", "coins": 100}' && echo
post "/v1/wallets/$customer/exchanges" exchange '{"rule": "coins-for-select", "times": 2}' && echo
get "/v1/wallets/$customer" && echo

cart='{"currency": "USD", "at": "'$at'", "customer": {"id": "'$customer'"},
  "lines": [{"id": "1", "sku": "NH-1001", "store": "nova-home", "price": "45.00", "quantity": 2,
             "categories": ["home/kitchen/kettles"]}],
  "shipping": [{"store": "nova-home", "method": "standard", "amount": "6.50"}], "codes": ["SUMMER12"]}'

echo "the order:"
total=$(post /v1/checkout checkout "{\"order\": \"$order\", \"cart\": $cart}" | first total)
again=$(post /v1/checkout checkout "{\"order\": \"$order\", \"cart\": $cart}" | first total)
echo "$total is to be paid"
test "$total" = "$again"
post "/v1/orders/$order/verifying" verifying '{}' && echo
test "$(post "/v1/orders/$order/commit" commit '{}' | first state)" = committed

echo "both units come back:"
post "/v1/orders/$order/refund" refund '{"lines": {"1": 2}, "shipping": true}' && echo
test "$(get "/v1/orders/$order" | first paid_back)" = "$total"
echo "all of it came back"
