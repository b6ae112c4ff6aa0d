package juicebox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	defaultTimeout = 10 * time.Second
	// skew is how far our clock may be from a realm's before it is worth correcting.
	skew = 30 * time.Second
	// longestWait is the most that a realm is believed when it asks to wait.
	longestWait = 30 * 24 * time.Hour
)

// A party is a realm during one operation. One request at a time goes to it.
type party struct {
	Realm
	index     int // of its shares
	client    *Client
	web       *http.Client
	offset    time.Duration // the realm's clock minus ours, once corrected
	corrected bool
}

var ownTransport = &http.Transport{
	Proxy:               http.ProxyFromEnvironment,
	DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
	TLSHandshakeTimeout: 5 * time.Second,
	ForceAttemptHTTP2:   true,
	DisableCompression:  true,
	IdleConnTimeout:     90 * time.Second,
}

// web is the HTTP client in use, which follows no redirects: a realm's address is part
// of what was agreed on, and the token is for that realm alone.
func (c *Client) web() *http.Client {
	web := http.Client{Transport: ownTransport}
	if c.HTTP != nil {
		web = *c.HTTP
	}
	web.Jar = nil
	web.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &web
}

// reply is the part of an HTTP response that matters.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// ask sends a request and returns the realm's response, or an error of one of the kinds
// in errors.go.
func (p *party) ask(ctx context.Context, request Request) (Response, error) {
	r, err := p.send(ctx, http.MethodPost, "req", EncodeRequest(request), harmless(request))
	if err != nil {
		return nil, err
	}
	return r.response(time.Now().Add(p.offset))
}

// send tries a refused token once more if our clock turns out to be wrong. What changes
// nothing is sent once more if the connection broke; anything else is not, since the
// realm may have acted on it, and a guess may be spent.
func (p *party) send(ctx context.Context, method, path string, body []byte, harmless bool) (*reply, error) {
	r, err := p.sendOnce(ctx, method, path, body)
	if err == nil && r.status == http.StatusUnauthorized && p.correctClock(r.header) {
		r, err = p.sendOnce(ctx, method, path, body)
	}
	if broken(err) && harmless && ctx.Err() == nil {
		r, err = p.sendOnce(ctx, method, path, body)
	}
	return r, err
}

func harmless(r Request) bool {
	switch r.(type) {
	case Register1, Recover1:
		return true
	}
	return false
}

// broken tells a lost connection from a timeout, which would only be waited for again.
func broken(err error) bool {
	var timeout interface{ Timeout() bool }
	return errors.Is(err, ErrUnreachable) && !(errors.As(err, &timeout) && timeout.Timeout())
}

func (p *party) sendOnce(ctx context.Context, method, path string, body []byte) (*reply, error) {
	limit := p.client.Timeout
	if limit <= 0 {
		limit = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	token, err := p.client.Token(p.ID, time.Now().Add(p.offset))
	if err != nil {
		return nil, fmt.Errorf("%w: no token: %w", ErrUnauthorized, err)
	}
	request, err := newRequest(ctx, method, p.Address, path, body, token)
	if err != nil {
		return nil, err
	}
	response, err := p.web.Do(request)
	if err != nil {
		return nil, unreachable(err)
	}
	defer response.Body.Close()
	read, err := io.ReadAll(io.LimitReader(response.Body, MaxResponse+1))
	if err != nil {
		return nil, unreachable(err)
	}
	return &reply{response.StatusCode, response.Header, read}, nil
}

// newRequest makes the HTTP request; the published client joins its URL in the same way.
func newRequest(ctx context.Context, method, address, path string, body []byte, token string) (*http.Request, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, ErrConfiguration // validated before
	}
	u = u.ResolveReference(&url.URL{Path: path})
	r, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, ErrConfiguration
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("X-Juicebox-Version", ProtocolVersion)
	r.Header.Set("User-Agent", "cloudseed")
	return r, nil
}

// unreachable keeps the cause, without the URL that http.Client puts around it.
func unreachable(err error) error {
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, err)
}

// correctClock takes the realm's time over if ours is far from it, once.
func (p *party) correctClock(h http.Header) bool {
	theirs, err := http.ParseTime(h.Get("Date"))
	if err != nil || p.corrected {
		return false
	}
	offset := time.Until(theirs)
	if offset.Abs() <= skew {
		return false
	}
	p.offset, p.corrected = offset, true
	return true
}

// response reads the reply at the realm's time now.
func (r *reply) response(now time.Time) (Response, error) {
	if err := r.err(now); err != nil {
		return nil, err
	}
	response, err := DecodeResponse(r.body)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProtocol, err)
	}
	return response, nil
}

// err is what a status other than success means at the realm's time now.
func (r *reply) err(now time.Time) error {
	switch {
	case r.status >= 200 && r.status < 300:
		return nil
	case r.status == http.StatusUnauthorized:
		return ErrUnauthorized
	case r.status == http.StatusUpgradeRequired:
		return ErrUpgradeRequired
	case r.status == http.StatusTooManyRequests:
		return &BusyError{After: wait(r.header.Get("Retry-After"), now)}
	case r.status == http.StatusBadRequest || r.status == http.StatusRequestEntityTooLarge:
		return fmt.Errorf("%w: it refused the request, HTTP status %d", ErrProtocol, r.status)
	}
	return fmt.Errorf("%w: HTTP status %d", ErrUnreachable, r.status)
}

// wait reads Retry-After: seconds, or a date (RFC 9110 section 10.2.3).
func wait(after string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(after, 10, 31); err == nil {
		return min(time.Duration(seconds)*time.Second, longestWait)
	}
	if date, err := http.ParseTime(after); err == nil {
		return min(max(date.Sub(now), 0), longestWait)
	}
	return 0
}
