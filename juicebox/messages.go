package juicebox

import (
	"fmt"
	"io"
)

// The messages of the protocol (juicebox-sdk 0.3.7, rust/realm/api/src/requests.rs).
// Every value has its length in its type, so that two of them cannot be mixed up
// and none can be cut short.
type (
	RealmID                   [16]byte
	RegistrationVersion       [16]byte // fresh at every registration
	Scalar                    [32]byte // canonical ristretto255 scalar
	Point                     [32]byte // canonical ristretto255 point
	UnlockKeyCommitment       [32]byte
	UnlockKeyTag              [16]byte
	EncryptedSecret           [145]byte
	EncryptedSecretCommitment [16]byte
)

// Format hides a share, also inside a message, from every verb of package fmt.
func (Scalar) Format(w fmt.State, _ rune) { io.WriteString(w, "[secret]") }

// Format hides what proves the PIN to a realm from every verb of package fmt.
func (UnlockKeyTag) Format(w fmt.State, _ rune) { io.WriteString(w, "[secret]") }

// SignedPublicKey is a realm's share of the OPRF key in public, signed at registration
// with a key that is thrown away.
type SignedPublicKey struct {
	PublicKey    Point
	VerifyingKey [32]byte // Ed25519
	Signature    [64]byte
}

// Proof shows that a realm used the share behind its public key (DLEQ).
type Proof struct {
	C     Scalar
	BetaZ Scalar
}

// A Request is one of Register1, Register2, Recover1, Recover2, Recover3 and Delete.
type Request interface{ requestName() string }

// The requests. Register1 asks whether the realm takes a registration at all, Register2 stores
// one. Recover1 asks which one is there, Recover2 spends a guess for one evaluation of the OPRF, and
// Recover3 shows the tag that the right PIN gives and gets the share. Delete forgets it.
type (
	Register1 struct{}
	Register2 struct {
		Version                   RegistrationVersion
		OPRFPrivateKey            Scalar // this realm's share
		OPRFSignedPublicKey       SignedPublicKey
		UnlockKeyCommitment       UnlockKeyCommitment
		UnlockKeyTag              UnlockKeyTag
		EncryptionKeyScalarShare  Scalar
		EncryptedSecret           EncryptedSecret
		EncryptedSecretCommitment EncryptedSecretCommitment
		NumGuesses                uint16 // policy.num_guesses on the wire
	}
	Recover1 struct{}
	Recover2 struct {
		Version          RegistrationVersion
		OPRFBlindedInput Point
	}
	Recover3 struct {
		Version      RegistrationVersion
		UnlockKeyTag UnlockKeyTag
	}
	Delete struct{}
)

func (Register1) requestName() string { return "Register1" }
func (Register2) requestName() string { return "Register2" }
func (Recover1) requestName() string  { return "Recover1" }
func (Recover2) requestName() string  { return "Recover2" }
func (Recover3) requestName() string  { return "Recover3" }
func (Delete) requestName() string    { return "Delete" }

// Status says how a realm answered.
type Status string

const (
	StatusOK              Status = "Ok"
	StatusNotRegistered   Status = "NotRegistered"
	StatusNoGuesses       Status = "NoGuesses"
	StatusVersionMismatch Status = "VersionMismatch"
	StatusBadUnlockKeyTag Status = "BadUnlockKeyTag"
)

// A Response answers one Request. Fields beyond Status are set only where it says so.
type Response interface{ responseName() string }

// The responses to the requests of their names.
type (
	Register1Response struct{} // always Ok
	Register2Response struct{} // always Ok
	Recover1Response  struct {
		Status  Status // Ok, NotRegistered, NoGuesses
		Version RegistrationVersion
	}
	Recover2Response struct {
		Status              Status // Ok, VersionMismatch, NotRegistered, NoGuesses
		OPRFSignedPublicKey SignedPublicKey
		OPRFBlindedResult   Point
		OPRFProof           Proof
		UnlockKeyCommitment UnlockKeyCommitment
		NumGuesses          uint16
		GuessCount          uint16
	}
	Recover3Response struct {
		Status                    Status // Ok, BadUnlockKeyTag, VersionMismatch, NotRegistered, NoGuesses
		EncryptionKeyScalarShare  Scalar
		EncryptedSecret           EncryptedSecret
		EncryptedSecretCommitment EncryptedSecretCommitment
		GuessesRemaining          uint16 // with BadUnlockKeyTag
	}
	DeleteResponse struct{} // always Ok
)

func (Register1Response) responseName() string { return "Register1" }
func (Register2Response) responseName() string { return "Register2" }
func (Recover1Response) responseName() string  { return "Recover1" }
func (Recover2Response) responseName() string  { return "Recover2" }
func (Recover3Response) responseName() string  { return "Recover3" }
func (DeleteResponse) responseName() string    { return "Delete" }
