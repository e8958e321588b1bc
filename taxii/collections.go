package taxii

import (
	"fmt"
	"net/http"
	"strings"

	"tocsin/fault"
	"tocsin/member"
)

// discovery is TAXII 2.1 section 4.1. The root is relative, so that it holds
// under every name by which the node is reached.
func (s *server) discovery(r *request) error {
	return s.send(r, http.StatusOK, struct {
		Title       string   `json:"title"`
		Description string   `json:"description"`
		Default     string   `json:"default"`
		APIRoots    []string `json:"api_roots"`
	}{"Tocsin", "A cyber-threat exchange. What is filed here is stripped of personal information before others see it.", "/exchange/", []string{"/exchange/"}})
}

// apiRoot is TAXII 2.1 section 4.2.
func (s *server) apiRoot(r *request) error {
	return s.send(r, http.StatusOK, struct {
		Title       string   `json:"title"`
		Description string   `json:"description"`
		Versions    []string `json:"versions"`
		Max         int64    `json:"max_content_length"`
	}{"Tocsin exchange", "One collection for each TLP level of the community, and one for each sharing group that you are in.", []string{mediaTAXII}, MaxBody})
}

// collection is TAXII 2.1 section 5.2.1.1.
type collection struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description,omitempty"`
	Alias       string   `json:"alias,omitempty"`
	CanRead     bool     `json:"can_read"`
	CanWrite    bool     `json:"can_write"`
	MediaTypes  []string `json:"media_types"`
	aud         member.Audience
}

// visible gives the collections of a session: the community's, then its groups'.
// One that a member may not see is not there for it.
func (s *server) visible(who member.Session) []collection {
	about := map[member.Audience][2]string{
		member.AudienceClear:       {"TLP:CLEAR", "The community's collection for TLP:CLEAR: may be passed on to everyone."},
		member.AudienceGreen:       {"TLP:GREEN", "The community's default collection: may be passed on within the wider community, not in public."},
		member.AudienceAmber:       {"TLP:AMBER", "The community's collection for TLP:AMBER: for a member and its clients, on a need-to-know basis."},
		member.AudienceAmberStrict: {"TLP:AMBER+STRICT", "The community's collection for TLP:AMBER+STRICT: for members only."},
	}
	var out []collection
	taken := map[string]bool{"": true}
	for _, aud := range who.Audiences {
		name := member.CollectionName(who, aud)
		if name == "" {
			continue
		}
		a := alias(name)
		if taken[a] {
			a = "" // unique within the root (section 5.2.1.1); the id and the group's name do
		}
		taken[a] = true
		c := collection{ID: s.collectionID(aud), Alias: a, CanRead: true, CanWrite: who.May(member.ActFile) == nil, MediaTypes: []string{mediaSTIX}, aud: aud}
		if text, ok := about[aud]; ok {
			c.Title, c.Description = text[0], text[1]
		} else {
			c.Title, c.Description = name, "Sharing group: its members only, whatever the TLP level."
		}
		out = append(out, c)
	}
	return out
}

// collectionID is a UUID of version 4 in shape (TAXII 2.1 section 5.2.1.1), the
// same on every node of the log.
func (s *server) collectionID(aud member.Audience) string {
	b := s.x.Keys().MAC("taxii collection", fmt.Append(nil, int32(aud)))
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// alias gives the name under which a collection stands in addresses: that of a
// group if it needs no escaping.
func alias(name string) string {
	a := strings.ToLower(strings.ReplaceAll(name, " ", "-"))
	if strings.Trim(a, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
		return ""
	}
	return a
}

// named finds the collection of a request, by its id or alias or a group's name.
func (s *server) named(r *request) (collection, error) {
	want := strings.ToLower(r.PathValue("id"))
	var byAlias *collection
	for _, c := range s.visible(r.session) {
		switch {
		case c.ID == want:
			return c, nil
		case want == "":
		case byAlias == nil && (want == c.Alias || want == strings.ToLower(c.Title)):
			byAlias = &c
		}
	}
	if byAlias == nil {
		return collection{}, fault.New(fault.NotFound, "there is no such collection, or it is not for you")
	}
	return *byAlias, nil
}

func (s *server) collections(r *request) error {
	return s.send(r, http.StatusOK, struct {
		Collections []collection `json:"collections,omitempty"`
	}{s.visible(r.session)})
}

func (s *server) collection(r *request) error {
	c, err := s.named(r)
	if err != nil {
		return err
	}
	return s.send(r, http.StatusOK, c)
}
