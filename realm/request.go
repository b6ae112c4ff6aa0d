package realm

import (
	"errors"
	"io"
	"net/http"

	"github.com/cloudseed/cloudseed/juicebox"
)

func readRequest(w http.ResponseWriter, q *http.Request) (juicebox.Request, *refusal) {
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, juicebox.MaxMessage))
	if _, tooBig := errors.AsType[*http.MaxBytesError](err); tooBig {
		return nil, refuseWith(http.StatusRequestEntityTooLarge, WhyMessage, "the message is too big")
	}
	if err != nil {
		return nil, refuseWith(http.StatusBadRequest, WhyMessage, "the message could not be read")
	}
	request, err := juicebox.DecodeRequest(body)
	if err != nil {
		return nil, refuseWith(http.StatusBadRequest, WhyMessage, "the message is malformed")
	}
	return request, nil
}

// check refuses what cannot be evaluated before it is stored or costs a guess. Of a Recover2
// it returns the input, so that the point is decoded once.
func check(request juicebox.Request) (input juicebox.Input, err error) {
	switch request := request.(type) {
	case juicebox.Register2:
		if request.NumGuesses == 0 {
			return input, errors.New("at least one guess must be allowed")
		}
		return input, errors.Join(
			juicebox.CheckScalar(request.OPRFPrivateKey),
			juicebox.CheckScalar(request.EncryptionKeyScalarShare),
			juicebox.CheckPoint(request.OPRFSignedPublicKey.PublicKey))
	case juicebox.Recover2:
		return juicebox.ReadInput(request.OPRFBlindedInput)
	}
	return input, nil
}
