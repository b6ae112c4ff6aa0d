package juicebox

import (
	"encoding/hex"
	"encoding/json"
	"os"
	"testing"

	"github.com/gtank/ristretto255"
)

// The published vectors, made by juicebox-sdk: see testdata/README.
type oprfVector struct {
	Name   string
	Inputs struct {
		Input              string
		PrivateKeySeed     string `json:"private_key_seed"`
		BlindingFactorSeed string `json:"blinding_factor_seed"`
		BetaTSeed          string `json:"beta_t_seed"`
	}
	Outputs struct {
		PrivateKey     string `json:"private_key"`
		PublicKey      string `json:"public_key"`
		BlindingFactor string `json:"blinding_factor"`
		BlindedInput   string `json:"blinded_input"`
		BlindedOutput  string `json:"blinded_output"`
		ProofC         string `json:"proof_c"`
		ProofBetaZ     string `json:"proof_beta_z"`
		Output         string
	}
}

func TestPublishedVectors(t *testing.T) {
	var vectors []oprfVector
	b, err := os.ReadFile("testdata/oprf_vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &vectors); err != nil || len(vectors) != 10 {
		t.Fatalf("%d vectors, %v; want 10", len(vectors), err)
	}
	for _, v := range vectors {
		t.Run(v.Name, func(t *testing.T) { checkVector(t, v) })
	}
}

func checkVector(t *testing.T, v oprfVector) {
	input := unhex(t, v.Inputs.Input)
	k := scalarOfSeed(t, v.Inputs.PrivateKeySeed)
	r := scalarOfSeed(t, v.Inputs.BlindingFactorSeed)
	public := encodePoint(ristretto255.NewIdentityElement().ScalarBaseMult(k))
	blinded := blind(input, r)
	read, err := ReadInput(blinded)
	if err != nil {
		t.Fatal(err)
	}
	result, proof, err := read.evaluate(encodeScalar(k), nil, modOrder(unhex(t, v.Inputs.BetaTSeed)))
	if err != nil {
		t.Fatal(err)
	}
	if err := verifyProof(blinded, public, result, proof); err != nil {
		t.Error(err)
	}
	w, err := result.decode()
	if err != nil {
		t.Fatal(err)
	}
	product := unblind(w, r)
	out := output(input, product)

	key, factor := encodeScalar(k), encodeScalar(r)
	for _, check := range []struct {
		what string
		got  []byte
		want string
	}{
		{"private key", key[:], v.Outputs.PrivateKey},
		{"public key", public[:], v.Outputs.PublicKey},
		{"blinding factor", factor[:], v.Outputs.BlindingFactor},
		{"blinded input", blinded[:], v.Outputs.BlindedInput},
		{"blinded output", result[:], v.Outputs.BlindedOutput},
		{"proof c", proof.C[:], v.Outputs.ProofC},
		{"proof beta_z", proof.BetaZ[:], v.Outputs.ProofBetaZ},
		{"output", out[:], v.Outputs.Output},
	} {
		if hex.EncodeToString(check.got) != check.want {
			t.Errorf("%s: got %x, want %s", check.what, check.got, check.want)
		}
	}
	if direct := ristretto255.NewIdentityElement().ScalarMult(k, hashToGroup(input)); output(input, direct) != out {
		t.Error("blinding changed the output")
	}
}

func scalarOfSeed(t *testing.T, s string) *ristretto255.Scalar {
	k, err := ristretto255.NewScalar().SetUniformBytes(unhex(t, s))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestProofRefused(t *testing.T) {
	k, other := randomScalar(), randomScalar()
	public := encodePoint(ristretto255.NewIdentityElement().ScalarBaseMult(k))
	blinded := blind([]byte("input"), randomScalar())
	result, proof, err := Evaluate(encodeScalar(k), blinded)
	if err != nil {
		t.Fatal(err)
	}
	if err := verifyProof(blinded, public, result, proof); err != nil {
		t.Fatal("a true proof:", err)
	}
	point := encodePoint(ristretto255.NewIdentityElement().ScalarBaseMult(other))
	for name, err := range map[string]error{
		"other input":       verifyProof(point, public, result, proof),
		"other key":         verifyProof(blinded, point, result, proof),
		"other result":      verifyProof(blinded, public, point, proof),
		"other challenge":   verifyProof(blinded, public, result, Proof{encodeScalar(other), proof.BetaZ}),
		"other answer":      verifyProof(blinded, public, result, Proof{proof.C, encodeScalar(other)}),
		"no proof":          verifyProof(blinded, public, result, Proof{}),
		"identity key":      verifyProof(blinded, Point{}, result, proof),
		"identity result":   verifyProof(blinded, public, Point{}, proof),
		"answer not modulo": verifyProof(blinded, public, result, Proof{proof.C, Scalar{31: 0xff}}),
	} {
		if err == nil {
			t.Errorf("%s: the proof was accepted", name)
		}
	}
}

func TestEvaluateRefuses(t *testing.T) {
	share := encodeScalar(randomScalar())
	blinded := blind([]byte("input"), randomScalar())
	for name, try := range map[string]struct {
		share   Scalar
		blinded Point
	}{
		"identity":           {share, Point{}},
		"point out of range": {share, Point{31: 0xff}},
		"negative point":     {share, Point{0: 1}},
		"zero share":         {Scalar{}, blinded},
		"share out of range": {Scalar{31: 0xff}, blinded},
	} {
		if _, _, err := Evaluate(try.share, try.blinded); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// A realm that is told its public key proves the same; told a wrong one, nothing.
func TestEvaluateInput(t *testing.T) {
	k := randomScalar()
	blinded := encodePoint(ristretto255.NewIdentityElement().ScalarBaseMult(randomScalar()))
	public := encodePoint(ristretto255.NewIdentityElement().ScalarBaseMult(k))
	want, _, err := Evaluate(encodeScalar(k), blinded)
	if err != nil {
		t.Fatal(err)
	}
	input, err := ReadInput(blinded)
	if err != nil {
		t.Fatal(err)
	}
	result, proof, err := input.Evaluate(encodeScalar(k), public)
	if err != nil || result != want {
		t.Errorf("got %x, %v; want %x", result, err, want)
	}
	if err := verifyProof(blinded, public, result, proof); err != nil {
		t.Error(err)
	}
	result, proof, err = input.Evaluate(encodeScalar(k), blinded)
	if err != nil || result != want {
		t.Errorf("got %x, %v; want %x", result, err, want)
	}
	for _, claimed := range []Point{public, blinded} {
		if verifyProof(blinded, claimed, result, proof) == nil {
			t.Error("a proof for a wrong public key holds")
		}
	}
	if _, _, err := (Input{}).Evaluate(encodeScalar(k), public); err == nil {
		t.Error("an input that was never read was evaluated")
	}
}
