package verify

import (
	"regexp"
	"strings"
)

// Grade says how well a fact is known; the letters are those of the
// documentation's table of facts.
type Grade string

// The grades.
const (
	Page     Grade = "P" // documented on the endpoint's page
	Vendor   Grade = "V" // documented on another page of the vendor
	Inferred Grade = "I" // follows from what is documented
	Assumed  Grade = "A" // nothing public says
)

// Documented reports whether a server that differs is wrong beyond doubt.
func (g Grade) Documented() bool { return g == Page || g == Vendor }

// Word says the grade in words: documented, inferred, assumed.
func (g Grade) Word() string {
	switch g {
	case Page, Vendor:
		return "documented"
	case Inferred:
		return "inferred"
	}
	return "assumed"
}

// weaker returns the less certain of two grades.
func weaker(a, b Grade) Grade {
	order := string(Page + Vendor + Inferred + Assumed)
	if strings.Index(order, string(a)) > strings.Index(order, string(b)) {
		return a
	}
	return b
}

// A schema's $comment begins with the grade of its rule; clauses behind it
// give parts of the rule a grade of their own, as in "P; length V".
var (
	mainGrade = regexp.MustCompile(`^([PVIA])\b`)
	topicOf   = regexp.MustCompile(`^([a-z0-9 ]+?):? ([PVIA])\b`)
)

// Topics that a clause of a comment may speak of.
const (
	topicLength     = "length"
	topicBits       = "64 bits"
	topicCase       = "letters of both cases"
	topicParameters = "parameters tolerated"
)

// gradeOf returns the grade that a comment gives to a topic, else that of the
// rule as a whole; a rule without a grade is assumed.
func gradeOf(comment any, topic string) Grade {
	text, _ := comment.(string)
	grade := Assumed
	for i, clause := range strings.Split(text, ";") {
		clause = strings.TrimSpace(clause)
		if m := mainGrade.FindStringSubmatch(clause); i == 0 && m != nil {
			grade = Grade(m[1])
		}
		if m := topicOf.FindStringSubmatch(clause); m != nil && topic != "" && m[1] == topic {
			return Grade(m[2])
		}
	}
	return grade
}

// topicOfRule returns the topic under which a comment grades a keyword.
func topicOfRule(keyword string) string {
	switch keyword {
	case "minLength", "maxLength":
		return topicLength
	case "minimum", "maximum":
		return topicBits
	}
	return ""
}
