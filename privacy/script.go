package privacy

import (
	"strings"
	"unicode/utf8"
)

// Names in scripts without capitals: they are known by the word before or behind.

// chineseSurnames are the most common family names, of one character.
const chineseSurnames = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文張劉陳楊趙黃吳孫馬羅鄭謝韓馮蕭鄧許傅蔣賈葉閻鍾譚鄒陸龍萬錢湯喬賀賴龔"

// chineseRoles stand before the name of a person in Chinese.
var chineseRoles = []string{"受害者", "受害人", "员工", "客户", "用户", "患者", "联系人", "报告人", "学生", "老师", "会计", "护士", "医生", "姓名", "职员", "同事", "收件人", "举报人", "部的", "科的", "我是", "我叫", "名叫", "财务", "主管", "事主", "报案人", "受骗人", "经办人", "居民", "当事人", "員工", "客戶", "用戶"}

// chineseTitles stand behind the name.
var chineseTitles = []string{"先生", "女士", "小姐", "老师", "经理", "医生", "同学"}

// japaneseTitles stand behind a Japanese name.
var japaneseTitles = []string{"さん", "様", "さま", "氏", "くん", "ちゃん", "先生", "です", "と申します"}

// koreanRoles and koreanTitles stand before and behind a Korean name of two to four syllables.
var koreanRoles = []string{"피해자", "신고자", "의뢰인", "회원", "예금주", "수취인", "직원", "고객", "환자", "사용자", "담당자", "학생", "회사원", "수신자"}

var koreanTitles = []string{"씨", "님", "과장", "부장", "대리", "사원", "선생", "입니다"}

// japaneseRoles stand before the name, with or without a particle.
var japaneseRoles = []string{"被害者", "担当者", "社員", "従業員", "顧客", "利用者", "患者", "受信者", "氏名", "名前", "申請者", "依頼者", "報告者", "通報者", "契約者", "相談者", "送信者", "会員", "本人"}

// otherScripts finds names in runs of wide characters and in Arabic, Hebrew and
// Cyrillic after role words.
func (t *text) otherScripts() {
	for i := range t.toks {
		k := &t.toks[i]
		switch {
		case k.kind == ideo:
			t.wideNames(i)
		case k.kind == word && k.shape == caseless && k.f&(fRole|fTitle|fKin|fDear) != 0 && k.in == free:
			t.afterRole(i)
		}
	}
}

// afterRole takes the next two words of a script without capitals for a name.
func (t *text) afterRole(i int) {
	if t.mark(i+1, ':') {
		i++
	}
	j := i
	for n := 0; n < 2 && j+1 < len(t.toks); n++ {
		k := &t.toks[j+1]
		if strings.Contains(" بن ابن بنت أبو عبد آل בן בת ", " "+t.str(j+1)+" ") {
			n--
		}
		if k.kind != word || k.shape != caseless || k.lead == '\n' || k.f&(fVerb|fVictim|fAttacker|fFrom|fTo|fRole) != 0 {
			break
		}
		j++
	}
	if j == i {
		return
	}
	v, _ := t.aroundName(i+1, j).said(Remove)
	t.found(i+1, j, "person", v, "name-role")
	for k := i + 1; k <= j; k++ {
		t.toks[k].f |= fNamed
	}
}

// wideNames finds names in one run of Chinese, Japanese or Korean characters.
func (t *text) wideNames(i int) {
	k := &t.toks[i]
	s := t.s[k.start:k.end]
	add := func(from, to int) {
		if from >= to {
			return
		}
		v, reason := Remove, "name-role"
		if t.aroundName(i, i).score <= -3*decisive {
			v, reason = Hold, "name-doubtful"
		}
		t.span(k.start+from, k.start+to, "person", v, reason)
		k.f |= fNamed
	}
	for _, r := range chineseRoles {
		if at := strings.Index(s, r); at >= 0 {
			from := at + len(r)
			add(from, from+chineseName(s[from:]))
		} else if i > 1 && t.wideLabel(i, r) {
			add(0, chineseName(s))
		}
	}
	for _, r := range japaneseRoles {
		if i > 1 && t.wideLabel(i, r) && !strings.ContainsRune("一二三四五六七八九十数複不", firstRune(s)) {
			if n := kanji(s, 5); n > 0 && utf8.RuneCountInString(s) <= 6 {
				add(0, len(s)) // a given name may be in hiragana
			} else {
				add(0, n)
			}
		}
		if at := strings.Index(s, r); at >= 0 {
			from := at + len(r)
			if strings.HasPrefix(s[from:], "の") {
				from += len("の")
			}
			add(from, from+kanji(s[from:], 5))
		}
	}
	for _, title := range japaneseTitles {
		if at := strings.Index(s, title); at > 0 {
			add(kanjiBefore(s[:at], 5), at)
		}
	}
	for _, title := range chineseTitles {
		if at := strings.Index(s, title); at > 0 {
			add(chineseBefore(s[:at]), at)
		}
	}
	t.koreanNames(i, s, add)
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// wideLabel tells whether the run before token i, over a colon, ends with a role word.
func (t *text) wideLabel(i int, role string) bool {
	return t.mark(i-1, ':') && t.toks[i-2].kind == ideo && strings.HasSuffix(t.str(i-2), role)
}

func (t *text) koreanNames(i int, s string, add func(from, to int)) {
	if r, _ := utf8.DecodeRuneInString(s); r < 0xac00 {
		return
	}
	for _, role := range koreanRoles {
		if i > 0 && t.toks[i].lead == ' ' && t.str(i-1) == role || strings.HasPrefix(s, role) && len(s) > len(role) {
			from := 0
			if strings.HasPrefix(s, role) {
				from = len(role)
			}
			add(from, min(len(s), from+9))
			return
		}
	}
	for _, title := range koreanTitles {
		if at := strings.Index(s, title); at >= 6 && at <= 12 {
			add(0, at)
			return
		}
		if i+1 < len(t.toks) && strings.HasPrefix(t.str(i+1), title) && t.toks[i+1].lead == ' ' && len(s) >= 6 && len(s) <= 12 {
			add(0, len(s))
			return
		}
	}
}

// chineseName gives the bytes of a name at the start of s: a surname and one or
// two characters more; 0 if there is none.
func chineseName(s string) int {
	r, w := utf8.DecodeRuneInString(s)
	if w == 0 || !strings.ContainsRune(chineseSurnames, r) {
		return 0
	}
	n := w
	for c := 0; c < 2 && n < len(s); c++ {
		r, w := utf8.DecodeRuneInString(s[n:])
		if r < 0x4e00 || r > 0x9fff || strings.ContainsRune("的在了是于向从被点收打和与及说称有将把已用", r) {
			break
		}
		n += w
	}
	return n
}

// chineseBefore gives where a name that ends s begins, or len(s).
func chineseBefore(s string) int {
	at := len(s)
	best := at
	for range 3 {
		r, w := utf8.DecodeLastRuneInString(s[:at])
		if w == 0 || r < 0x4e00 {
			break
		}
		at -= w
		if strings.ContainsRune(chineseSurnames, r) {
			best = at
		}
	}
	return best
}

// kanji gives the bytes of up to most Chinese characters at the start of s.
func kanji(s string, most int) int {
	n := 0
	for range most {
		r, w := utf8.DecodeRuneInString(s[n:])
		if w == 0 || r < 0x4e00 || r > 0x9fff {
			break
		}
		n += w
	}
	return n
}

// kanjiBefore gives where the Chinese characters that end s begin, at most most.
func kanjiBefore(s string, most int) int {
	at := len(s)
	for range most {
		r, w := utf8.DecodeLastRuneInString(s[:at])
		if w == 0 || r < 0x4e00 || r > 0x9fff {
			break
		}
		at -= w
	}
	return at
}
