package privacy

import "testing"

// Scripts without capitals: a word before or behind tells the name.
func TestUnitNamesInOtherScripts(t *testing.T) {
	verdicts(t, []verdict{
		{"受害者王小明点击了链接", "person=王小明"},
		{"员工李伟打开附件", "person=李伟"},
		{"王先生说", "person=王"},
		{"张女士的账户", "person=张"},
		{"姓名：陈静", "person=陈静"},
		{"攻击者使用了新的服务器", ""},
		{"海莲花组织", ""},
		{"田中花子さんが開いた", "person=田中花子"},
		{"被害者の高橋健太は", "person=高橋健太"},
		{"担当者：佐藤　様", "person=佐藤"},
		{"攻撃者はサーバを使用", ""},
		{"피해자 김민수 신고", "person=김민수"},
		{"김민수 님", "person=김민수"},
		{"박지영씨가", "person=박지영"},
		{"공격자는 서버를", ""},
		{"الضحية منى الحداد تلقت", "person=منى الحداد"},
		{"العميل خالد سعيد", "person=خالد سعيد"},
		{"הקורבן רחל אברהמי", "person=רחל אברהמי"},
		{"потерпевший Иван Кузнецов", "person=Иван Кузнецов"},
		{"Потерпевшая Орлова Галина Петровна перевела", "person=Орлова Галина Петровна"},
		{"злоумышленники использовали сервер", ""},
	})
}

func TestUnitChineseName(t *testing.T) {
	for in, want := range map[string]string{"王小明点击": "王小明", "李伟": "李伟", "王": "王", "明明": "", "": "", "张的账户": "张", "王abc": "王", "赵一，": "赵一"} {
		if got := in[:chineseName(in)]; got != want {
			t.Errorf("%s begins with the name %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"联系王小明": "王小明", "王": "王", "小明": "", "": "", "abc": ""} {
		if got := in[chineseBefore(in):]; got != want {
			t.Errorf("%s ends with the name %q, want %q", in, got, want)
		}
	}
}

func TestUnitKanji(t *testing.T) {
	for in, want := range map[string]string{"田中花子さん": "田中花子", "さん": "", "": "", "一二三四五六七": "一二三四五"} {
		if got := in[:kanji(in, 5)]; got != want {
			t.Errorf("%s begins with %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"は田中花子": "田中花子", "は": "", "": "", "一二三四五六七": "三四五六七"} {
		if got := in[kanjiBefore(in, 5):]; got != want {
			t.Errorf("%s ends with %q, want %q", in, got, want)
		}
	}
}

// Particles that are written together with a value tell its side.
func TestUnitWideParticles(t *testing.T) {
	verdicts(t, []verdict{
		{"收到来自hr@bonus-cn.example的邮件", ""},
		{"发给wang.f@gongsi.example的邮件", "email=wang.f@gongsi.example"},
		{"info@amazom-co.exampleからのメール", ""},
		{"h.sato@kaisha.exampleに送信", "email=h.sato@kaisha.example"},
		{"kim.ms@hoesa.example에게 보냄", "email=kim.ms@hoesa.example"},
		{"from@sagi.example로부터 받음", ""},
	})
}
