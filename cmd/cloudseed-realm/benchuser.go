package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/golang-jwt/jwt/v5"
	"github.com/gtank/ristretto255"
)

// benchRealm is the id of the realm to measure.
func benchRealm(ctx context.Context, client *http.Client, o *benchOptions) (id juicebox.RealmID, err error) {
	if !strings.HasSuffix(o.address, "/") {
		o.address += "/"
	}
	if o.id != "" {
		return juicebox.ParseRealmID(o.id)
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, o.address, nil)
	if err != nil {
		return id, err
	}
	r, err := client.Do(q)
	if err != nil {
		return id, err
	}
	defer r.Body.Close()
	var answer struct {
		RealmID string `json:"realmID"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, juicebox.MaxResponse)).Decode(&answer); err != nil {
		return id, fmt.Errorf("%s does not answer as a realm does; is it one? %w", o.address, err)
	}
	return juicebox.ParseRealmID(answer.RealmID)
}

// A signer signs for the user of a name. What it returns makes tokens for that user, another
// one for each round.
type signer func(user string, realm juicebox.RealmID) func(round int) (string, error)

func newSigner(o *benchOptions) (signer, error) {
	if o.key == "" {
		return builtInToken, nil
	}
	data, err := os.ReadFile(o.key)
	if err != nil {
		return nil, err
	}
	text := strings.TrimSpace(string(data))
	var method jwt.SigningMethod = jwt.SigningMethodHS256
	var key any = []byte(text)
	if der, err := hex.DecodeString(text); err == nil {
		if parsed, err := x509.ParsePKCS8PrivateKey(der); err == nil {
			private, ok := parsed.(ed25519.PrivateKey)
			if !ok {
				return nil, fmt.Errorf("%s: not an Ed25519 key", o.key)
			}
			method, key = jwt.SigningMethodEdDSA, private
		}
	}
	return func(user string, realm juicebox.RealmID) func(int) (string, error) {
		return func(round int) (string, error) {
			now := time.Now()
			token := jwt.NewWithClaims(method, jwt.MapClaims{
				"iss": o.tenant, "sub": user, "aud": realm.String(), "scope": "user",
				"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(12 * time.Hour).Unix(), "jti": strconv.Itoa(round)})
			token.Header["kid"] = o.tenant + ":" + strconv.FormatUint(o.keyVersion, 10)
			return token.SignedString(key)
		}
	}, nil
}

// builtInToken is an owner's. It holds for ten minutes, less a second for each round.
func builtInToken(_ string, realm juicebox.RealmID) func(int) (string, error) {
	owner := ed25519.NewKeyFromSeed([]byte(rand.Text() + rand.Text())[:ed25519.SeedSize])
	return func(round int) (string, error) {
		now := time.Now().Add(-time.Duration(round) * time.Second)
		return juicebox.OwnerToken(owner, owner.Public().(ed25519.PublicKey), realm, now)
	}
}

// A benchUser knows beforehand everything that it will send.
type benchUser struct {
	client  *http.Client
	url     string
	tokens  []string // by round; the first is for registering
	record  juicebox.Register2
	blinded juicebox.Point
	result  func() juicebox.Point // of the evaluation
}

// newBenchUser makes one that registers and then recovers in so many rounds.
func newBenchUser(client *http.Client, address string, sign func(int) (string, error), rounds int) (*benchUser, error) {
	u := &benchUser{client: client, url: address + "req"}
	for round := range 1 + rounds {
		token, err := sign(round)
		if err != nil {
			return nil, err
		}
		u.tokens = append(u.tokens, token)
	}
	u.record.NumGuesses = 10
	rand.Read(u.record.Version[:])
	rand.Read(u.record.UnlockKeyTag[:])
	share, input := benchScalar(), ristretto255.NewIdentityElement().ScalarBaseMult(benchScalar())
	u.record.OPRFPrivateKey = juicebox.Scalar(share.Bytes())
	u.record.OPRFSignedPublicKey.PublicKey = juicebox.Point(ristretto255.NewIdentityElement().ScalarBaseMult(share).Bytes())
	u.record.EncryptionKeyScalarShare = juicebox.Scalar(benchScalar().Bytes())
	u.blinded = juicebox.Point(input.Bytes())
	u.result = func() juicebox.Point {
		return juicebox.Point(ristretto255.NewIdentityElement().ScalarMult(share, input).Bytes())
	}
	return u, nil
}

// filledBenchUser is one of bench-fill, with one token.
func filledBenchUser(client *http.Client, address, token string) *benchUser {
	u := &benchUser{client: client, url: address + "req", tokens: []string{token}, record: filledRegistration()}
	input := ristretto255.NewIdentityElement().ScalarBaseMult(filledScalar(2))
	u.blinded = juicebox.Point(input.Bytes())
	u.result = func() juicebox.Point {
		return juicebox.Point(ristretto255.NewIdentityElement().ScalarMult(filledScalar(1), input).Bytes())
	}
	return u
}

func benchScalar() *ristretto255.Scalar {
	var b [64]byte
	rand.Read(b[:])
	s, err := ristretto255.NewScalar().SetUniformBytes(b[:])
	if err != nil {
		panic(err) // b has the length
	}
	return s
}

func (u *benchUser) ask(ctx context.Context, round int, request juicebox.Request) (juicebox.Response, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, u.url, bytes.NewReader(juicebox.EncodeRequest(request)))
	if err != nil {
		return nil, err
	}
	q.Header.Set("Authorization", "Bearer "+u.tokens[round])
	q.Header.Set("X-Juicebox-Version", juicebox.ProtocolVersion)
	r, err := u.client.Do(q)
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(io.LimitReader(r.Body, juicebox.MaxResponse))
	if err != nil {
		return nil, err
	}
	if r.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %d: %.100s", r.StatusCode, body)
	}
	return juicebox.DecodeResponse(body)
}

func (u *benchUser) register(ctx context.Context) error {
	_, err := u.ask(ctx, 0, juicebox.Register1{})
	if err == nil {
		_, err = u.ask(ctx, 0, u.record)
	}
	return err
}

var errBenchAnswer = errors.New("not the right answer")

func (u *benchUser) recover(ctx context.Context, round int, check bool) error {
	reply, err := u.ask(ctx, round, juicebox.Recover1{})
	if found, ok := reply.(juicebox.Recover1Response); err != nil || !ok || found.Version != u.record.Version {
		return errors.Join(err, errBenchAnswer)
	}
	reply, err = u.ask(ctx, round, juicebox.Recover2{Version: u.record.Version, OPRFBlindedInput: u.blinded})
	evaluated, ok := reply.(juicebox.Recover2Response)
	if err != nil || !ok || evaluated.Status != juicebox.StatusOK || check && evaluated.OPRFBlindedResult != u.result() {
		return errors.Join(err, errBenchAnswer)
	}
	reply, err = u.ask(ctx, round, juicebox.Recover3{Version: u.record.Version, UnlockKeyTag: u.record.UnlockKeyTag})
	if released, ok := reply.(juicebox.Recover3Response); err != nil || !ok || released.Status != juicebox.StatusOK {
		return errors.Join(err, errBenchAnswer)
	}
	return nil
}

// cpuTime is what a process has used so far, user and system; 0 for no process.
func cpuTime(pid int) (time.Duration, error) {
	if pid == 0 {
		return 0, nil
	}
	if runtime.GOOS != "linux" {
		return 0, errors.New("--pid works on Linux only")
	}
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	// The name, in brackets, may have spaces; utime and stime are the 12th and 13th after it.
	fields := strings.Fields(string(data[bytes.LastIndexByte(data, ')')+1:]))
	if len(fields) < 13 {
		return 0, errors.New("/proc/PID/stat is not as expected")
	}
	user, err1 := strconv.ParseInt(fields[11], 10, 64)
	system, err2 := strconv.ParseInt(fields[12], 10, 64)
	const tick = 10 * time.Millisecond // USER_HZ is 100 wherever Linux runs
	return time.Duration(user+system) * tick, errors.Join(err1, err2)
}
