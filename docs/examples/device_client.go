// A device in Go that authorises a payment, repeats the message as a bad network would, captures a part of it and
// reads it again: go run device_client.go GATEWAY KEY_ID PRIVATE_KEY.pem TOKEN AMOUNT CURRENCY
// Standard library only.
package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

type device struct {
	gateway, keyID string
	key            ed25519.PrivateKey
}

type message struct {
	key      string
	sequence int64
}

func random() string {
	bytes := make([]byte, 16)
	if _, err := rand.Read(bytes); err != nil {
		panic(err)
	}
	return hex.EncodeToString(bytes)
}

// call signs a request as RFC 9421 says and gives status, whether it was a repeat's answer, and the body.
func (d device) call(method, path string, body []byte, m *message) (int, bool, map[string]any) {
	url := d.gateway + path
	request, err := http.NewRequest(method, url, strings.NewReader(string(body)))
	if err != nil {
		panic(err)
	}
	var base, names []string
	cover := func(name, value string) {
		base = append(base, fmt.Sprintf("%q: %s", name, value))
		names = append(names, strconv.Quote(name))
		if !strings.HasPrefix(name, "@") {
			request.Header.Set(name, value)
		}
	}
	cover("@method", method)
	cover("@target-uri", url)
	if len(body) > 0 {
		digest := sha256.Sum256(body)
		request.Header.Set("Content-Type", "application/json")
		cover("content-digest", "sha-256=:"+base64.StdEncoding.EncodeToString(digest[:])+":")
	}
	if m != nil {
		cover("idempotency-key", strconv.Quote(m.key))
		cover("device-sequence", strconv.FormatInt(m.sequence, 10))
	}
	params := fmt.Sprintf(`(%s);created=%d;nonce="%s";keyid="%s";alg="ed25519"`,
		strings.Join(names, " "), time.Now().Unix(), random(), d.keyID)
	base = append(base, `"@signature-params": `+params)
	signature := ed25519.Sign(d.key, []byte(strings.Join(base, "\n")))
	request.Header.Set("Signature-Input", "sig1="+params)
	request.Header.Set("Signature", "sig1=:"+base64.StdEncoding.EncodeToString(signature)+":")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		panic(err)
	}
	defer response.Body.Close()
	raw, _ := io.ReadAll(response.Body)
	answer := map[string]any{}
	if err := json.Unmarshal(raw, &answer); err != nil {
		panic(err)
	}
	fmt.Printf("%s %s -> %d %s\n", method, path, response.StatusCode, raw)
	return response.StatusCode, response.Header.Get("Idempotency-Replayed") == "true", answer
}

func main() {
	if len(os.Args) != 7 {
		fmt.Fprintln(os.Stderr, "device_client GATEWAY KEY_ID PRIVATE_KEY.pem TOKEN AMOUNT CURRENCY")
		os.Exit(2)
	}
	file, err := os.ReadFile(os.Args[3])
	if err != nil {
		panic(err)
	}
	block, _ := pem.Decode(file)
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		panic(err)
	}
	d := device{os.Args[1], os.Args[2], parsed.(ed25519.PrivateKey)}
	// This device keeps no counter: it goes on above the highest number that the gateway has seen of it.
	status, _, standing := d.call("GET", "/v1/device", nil, nil)
	if status != 200 {
		os.Exit(1)
	}
	sequence := int64(standing["highestSequence"].(float64)) + 1
	body, _ := json.Marshal(map[string]any{
		"amount":     map[string]string{"amount": os.Args[5], "currency": os.Args[6]},
		"instrument": map[string]string{"token": os.Args[4]},
	})
	first := message{random(), sequence}
	status, _, payment := d.call("POST", "/v1/payments", body, &first)
	if status != 201 {
		os.Exit(1)
	}
	status, replayed, again := d.call("POST", "/v1/payments", body, &first)
	if status != 201 || !replayed || again["id"] != payment["id"] {
		os.Exit(1)
	}
	path := fmt.Sprintf("/v1/payments/%s", payment["id"])
	if status, _, _ = d.call("POST", path+"/capture", nil, &message{random(), sequence + 1}); status != 200 {
		os.Exit(1)
	}
	if status, _, read := d.call("GET", path, nil, nil); status != 200 || read["state"] != "captured" {
		os.Exit(1)
	}
}
