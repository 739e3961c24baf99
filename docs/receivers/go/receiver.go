// Receives webhooks and verifies them; Go 1.19 or newer, nothing to install.
//
//	PORT=8080 CONTRACT=standard SECRET=whsec_... go run receiver.go
//
// Each verify function stands alone, with the pattern above it: copy the one for your contract, and give it the
// header values as text and the body as the bytes that arrived, before anything parsed them. It returns nil where the
// request is genuine. During a rotation, give both secrets; here they are separated by a space in SECRET.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	standardID        = regexp.MustCompile(`^[\x21-\x2d\x2f-\x7e]{1,256}$`)
	standardTime      = regexp.MustCompile(`^(?:0|[1-9][0-9]{0,11})$`)
	standardSignature = regexp.MustCompile(`^[A-Za-z0-9_-]{1,16},[A-Za-z0-9+/=_-]+$`)
)

// Standard Webhooks, and so Fluxo and Flowlu: webhook-id, webhook-timestamp and webhook-signature.
func verifyStandard(id, timestamp, signatures string, body []byte, secrets []string) error {
	if !standardID.MatchString(id) {
		return errors.New("malformed webhook-id")
	}
	if !standardTime.MatchString(timestamp) {
		return errors.New("malformed webhook-timestamp")
	}
	if seconds, _ := strconv.ParseInt(timestamp, 10, 64); time.Since(time.Unix(seconds, 0)).Abs() > 300*time.Second {
		return errors.New("stale webhook-timestamp")
	}
	// "v1,<base64>" for each secret that signs, separated by spaces; schemes other than v1 may stand beside them.
	given := strings.Split(signatures, " ")
	for _, one := range given {
		if !standardSignature.MatchString(one) {
			return errors.New("malformed webhook-signature")
		}
	}
	for _, secret := range secrets {
		key, err := base64.StdEncoding.Strict().DecodeString(strings.TrimPrefix(secret, "whsec_"))
		if err != nil {
			return errors.New(`the secret is not "whsec_" and base64`)
		}
		mac := hmac.New(sha256.New, key)
		fmt.Fprintf(mac, "%s.%s.", id, timestamp)
		mac.Write(body)
		expected := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
		for _, one := range given {
			if hmac.Equal([]byte(one), []byte(expected)) {
				return nil
			}
		}
	}
	return errors.New("no signature matches")
}

// FluxDesk: X-FluxDesk-Signature, over the body alone.
func verifyFluxDesk(signature string, body []byte, secrets []string) error {
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		expected := "v1=" + hex.EncodeToString(mac.Sum(nil))
		if hmac.Equal([]byte(signature), []byte(expected)) {
			return nil
		}
	}
	return errors.New("X-FluxDesk-Signature does not match")
}

var flowBeaconSignature = regexp.MustCompile(`^t=(0|[1-9][0-9]{0,11}),v1=([0-9a-f]{64})$`)

// FlowBeacon: X-FB-Signature, over the time and the body.
func verifyFlowBeacon(signature string, body []byte, secrets []string) error {
	parts := flowBeaconSignature.FindStringSubmatch(signature)
	if parts == nil {
		return errors.New("malformed X-FB-Signature")
	}
	timestamp, given := parts[1], parts[2]
	if seconds, _ := strconv.ParseInt(timestamp, 10, 64); time.Since(time.Unix(seconds, 0)).Abs() > 300*time.Second {
		return errors.New("stale X-FB-Signature")
	}
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		fmt.Fprintf(mac, "%s.", timestamp)
		mac.Write(body)
		expected := hex.EncodeToString(mac.Sum(nil))
		if hmac.Equal([]byte(given), []byte(expected)) {
			return nil
		}
	}
	return errors.New("X-FB-Signature does not match")
}

// Flowxtra: X-Flowxtra-Signature, over the body alone. The key is the secret's 64 characters as they are.
func verifyFlowxtra(signature string, body []byte, secrets []string) error {
	for _, secret := range secrets {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		expected := "sha256=" + hex.EncodeToString(mac.Sum(nil))
		if hmac.Equal([]byte(signature), []byte(expected)) {
			return nil
		}
	}
	return errors.New("X-Flowxtra-Signature does not match")
}

// A contract: its verify function with the headers that it needs, and the header that names the delivery.
type contract struct {
	verify   func(header func(string) string, body []byte, secrets []string) error
	delivery string
}

var (
	standard = contract{func(header func(string) string, body []byte, secrets []string) error {
		id, timestamp, signatures := header("webhook-id"), header("webhook-timestamp"), header("webhook-signature")
		return verifyStandard(id, timestamp, signatures, body, secrets)
	}, "webhook-id"}
	fluxDesk = contract{func(header func(string) string, body []byte, secrets []string) error {
		return verifyFluxDesk(header("X-FluxDesk-Signature"), body, secrets)
	}, "X-FluxDesk-Delivery-Id"}
	flowBeacon = contract{func(header func(string) string, body []byte, secrets []string) error {
		return verifyFlowBeacon(header("X-FB-Signature"), body, secrets)
	}, ""}
	flowxtra = contract{func(header func(string) string, body []byte, secrets []string) error {
		return verifyFlowxtra(header("X-Flowxtra-Signature"), body, secrets)
	}, "X-Flowxtra-Delivery"}
	contracts = map[string]contract{
		"standard": standard, "fluxo": standard, "flowlu": standard,
		"fluxdesk": fluxDesk, "flowbeacon": flowBeacon, "flowxtra": flowxtra,
	}
)

const longestBody = 1024 * 1024

// Answers 204 or 401, and a few others to what is no webhook at all.
func receive(request *http.Request, use contract, secrets []string) int {
	if request.Method != http.MethodPost {
		return http.StatusMethodNotAllowed
	}
	body, err := io.ReadAll(io.LimitReader(request.Body, longestBody+1))
	if err != nil {
		return http.StatusBadRequest
	}
	if len(body) > longestBody {
		return http.StatusRequestEntityTooLarge
	}
	// A header's value; empty unless it was sent exactly once.
	header := func(name string) string {
		if values := request.Header.Values(name); len(values) == 1 {
			return values[0]
		}
		return ""
	}
	if err := use.verify(header, body, secrets); err != nil {
		// The reason is for this log: whoever forges requests need not be told.
		log.Print("refused: ", err)
		return http.StatusUnauthorized
	}
	// Every attempt at one delivery has the same id. Store it under a unique key, in the transaction that acts on the
	// body, and do nothing where it is there already: a delivery can arrive twice. FlowBeacon has no such header; its
	// evaluation_id in the body serves. Where the contract signs no time, this store is also all that tells a request
	// that somebody recorded and sends again from the first one.
	log.Printf("accepted: delivery %q, %d bytes", header(use.delivery), len(body))
	// Answer first and work afterwards: the sender waits for seconds only.
	return http.StatusNoContent
}

func setting(name, fallback string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return fallback
}

func main() {
	name := setting("CONTRACT", "standard")
	use, known := contracts[name]
	secrets := strings.Fields(os.Getenv("SECRET"))
	if !known || len(secrets) == 0 {
		log.Fatal("Set SECRET, and CONTRACT to one of standard, fluxo, flowlu, fluxdesk, flowbeacon, flowxtra.")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:"+setting("PORT", "8080"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s receiver listens on port %d\n", name, listener.Addr().(*net.TCPAddr).Port)
	server := http.Server{
		ReadTimeout: 10 * time.Second,
		Handler: http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
			response.WriteHeader(receive(request, use, secrets))
		}),
	}
	log.Fatal(server.Serve(listener))
}
