// Package s3 keeps backups in a bucket of Amazon S3 or of a service that speaks its
// protocol: MinIO, Garage, Ceph, versitygw, Cloudflare R2 and many others.
//
// A file is one object, written by a single PUT with "If-None-Match: *", so that nothing is
// ever overwritten and of writers of one name exactly one succeeds. Services differ in
// whether they know that header: some refuse it, some ignore it and overwrite. [Open] finds
// out by creating one object, [ProbeName], twice: the second must fail, else the place is
// refused. The object stays, so that a key without the right to delete will do and later
// probes cost one request.
//
// Requests are signed (AWS signature version 4), and go over TLS or to this computer itself.
// No redirect is followed: a person enters the address that the service really has.
package s3

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/minio/minio-go/v7/pkg/s3utils"

	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// Config says where the bucket is and who asks.
type Config struct {
	// URL is https://host/bucket or https://host/bucket/prefix, or http:// on this
	// computer. It may name the access key (https://KEYID@host/…), but not the secret, and
	// the region (…?region=eu-central-1). Files are at prefix/NAME.
	URL string

	// AccessKey and SecretKey sign the requests. AccessKey, which is not a secret, may
	// stand in the URL. The library that signs keeps the secret in memory as a string.
	AccessKey string
	SecretKey secret.Text

	// Region is part of the signature. Empty asks the service, which takes one request
	// more and the right to ask (s3:GetBucketLocation); without it us-east-1 is tried.
	Region string

	// HTTP sends the requests through its Transport; the rest of it is not used. Nil is a
	// client that waits a minute for an answer to begin.
	HTTP *http.Client
}

// A Store is one prefix of a bucket.
type Store struct {
	base   *url.URL // https://host/bucket/prefix
	bucket string
	prefix string // empty, or ends with a slash
	key    string // the access key
	client *minio.Core
	proved atomic.Bool // creation is exclusive here
}

var _ store.Store = (*Store)(nil)

// Open lists the place and probes whether creation is exclusive there. Where that cannot be
// tried now (the key may only read, the bucket is full) the place can be read, and Create
// tries again before it writes. A bucket that is not there is ErrGone; none is ever made.
func Open(ctx context.Context, c Config) (*Store, error) {
	s, err := configured(c)
	if err != nil {
		return nil, err
	}
	if _, err := s.list(ctx, "open"); err != nil {
		return nil, err
	}
	if err := s.prove(ctx); err != nil && !later(err) {
		return nil, err
	}
	return s, nil
}

// configured checks c and makes a Store of it, without asking the service.
func configured(c Config) (*Store, error) {
	u, err := url.Parse(c.URL)
	if err != nil { // not shown: it would repeat the address, maybe with a secret
		return nil, refused("this is not an address")
	}
	if _, ok := u.User.Password(); ok {
		return nil, refused("a secret key does not belong into an address")
	}
	region, err := regionOf(c, u)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())) {
		return nil, refused("only https, or http on this computer")
	}
	s := &Store{key: c.AccessKey}
	if s.key == "" {
		s.key = u.User.Username()
	}
	if s.key == "" || c.SecretKey.Len() == 0 {
		return nil, store.Errorf("open", "", store.ErrSignedOut, "an access key and its secret are needed")
	}
	if s.bucket, s.prefix, err = split(u); err != nil {
		return nil, err
	}
	s.base = &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/" + s.bucket + "/" + s.prefix}
	return s, s.connect(c, region)
}

func refused(why string) error { return store.Errorf("open", "", store.ErrRefused, "%s", why) }

// regionOf takes the region from the Config or the URL's query, which may hold nothing else.
func regionOf(c Config, u *url.URL) (string, error) {
	query, err := url.ParseQuery(u.RawQuery)
	region := query.Get("region")
	query.Del("region")
	if err != nil || u.Host == "" || u.Opaque != "" || u.Fragment != "" || len(query) > 0 {
		return "", refused("the address must be https://host/bucket/prefix")
	}
	if c.Region != "" {
		region = c.Region
	}
	return region, nil
}

// split reads bucket and prefix from the path.
func split(u *url.URL) (bucket, prefix string, err error) {
	bucket, prefix, _ = strings.Cut(strings.Trim(u.Path, "/"), "/")
	if s3utils.CheckValidBucketName(bucket) != nil {
		return "", "", refused("the address must name a bucket: https://host/bucket/prefix")
	}
	if prefix == "" {
		return bucket, "", nil
	}
	for part := range strings.SplitSeq(prefix, "/") {
		if slices.Contains([]string{"", ".", ".."}, part) {
			return "", "", refused("the path of the address must not have empty, . or .. parts")
		}
	}
	return bucket, prefix + "/", nil
}

// connect makes the client. It retries nothing by itself: see retry.go.
func (s *Store) connect(c Config, region string) error {
	secure := s.base.Scheme == "https"
	var transport http.RoundTripper
	transport, err := minio.DefaultTransport(secure)
	if err == nil && c.HTTP != nil {
		transport = http.DefaultTransport
		if c.HTTP.Transport != nil {
			transport = c.HTTP.Transport
		}
	}
	if err == nil {
		s.client, err = minio.NewCore(s.base.Host, &minio.Options{
			Creds:  credentials.NewStaticV4(s.key, string(c.SecretKey.Reveal()), ""),
			Secure: secure, Region: region, Transport: witnessing{transport}, MaxRetries: 1,
		})
	}
	if err != nil {
		return refused("this address cannot be used")
	}
	return nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// String names the place for people. Of a long access key it shows the ends.
func (s *Store) String() string {
	key := s.key
	if len(key) > 8 {
		key = key[:4] + "…" + key[len(key)-4:]
	}
	return "s3 " + s.base.String() + " as " + key
}
