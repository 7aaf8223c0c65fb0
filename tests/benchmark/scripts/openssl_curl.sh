# openssl and curl in bash: SCRIPT GATEWAY.
set -euo pipefail
content='{"transaction_id":"T'$$'","product_code":"w1010100000000002978","biz_code":"FACE","identity_param":"{\"identity_type\":\"CERT_INFO\",\"cert_type\":\"IDENTITY_CARD\",\"cert_name\":\"收委\",\"cert_no\":\"260104197909275964\"}"}'
names=(app_id biz_content charset format method sign_type timestamp version)
values=(2014072300007148 "$content" utf-8 JSON zhima.customer.certification.initialize RSA2 "$(TZ=Asia/Shanghai date '+%F %T')" 1.0)
text=
form=()
for at in "${!names[@]}"; do
    text+="${text:+&}${names[at]}=${values[at]}"
    form+=(--data-urlencode "${names[at]}=${values[at]}")
done
sign=$(printf %s "$text" | openssl dgst -sha256 -sign app.pem | base64 -w 0)
answer=$(curl --silent --show-error --fail "${form[@]}" --data-urlencode "sign=$sign" "$1")
node=${answer#*_response\":}
sign=${node##*,\"sign\":\"}
node=${node%,\"sign\"*}
base64 -d <<<"${sign%\"*}" >answer.sign
printf %s "$node" | openssl dgst -sha256 -verify alipay.pem -signature answer.sign >answer.verdict
biz_no=${node#*\"biz_no\":\"}
echo "${biz_no%%\"*}"
