/** A worker's rights over what is recorded: to complain, to object, to have it corrected. */
export const RIGHTS = {
  'Your rights over what is recorded about you': 'Eich hawliau dros yr hyn a gofnodir amdanoch',
  'The Data Protection Officer reads what you write and answers it. The Information Security Team Leader and your line manager do not read it; that you have sent something is in the audit log, as is everything that is done here.':
    'Y Swyddog Diogelu Data sy’n darllen yr hyn a ysgrifennwch ac yn ei ateb. Nid yw Arweinydd y Tîm Diogelwch Gwybodaeth na’ch rheolwr llinell yn ei ddarllen; mae’r ffaith eich bod wedi anfon rhywbeth yn y log archwilio, fel popeth a wneir yma.',
  'Complain, object or ask': 'Cwyno, gwrthwynebu neu ofyn',
  'What you have sent': 'Beth yr ydych wedi’i anfon',
  'You have sent nothing yet.': 'Nid ydych wedi anfon dim eto.',
  Reference: 'Cyfeirnod',
  Kind: 'Math',
  'Sent on {moment}': 'Anfonwyd ar {moment}',
  'What you want to do': 'Beth yr ydych am ei wneud',
  'Choose what you want to do': 'Dewiswch beth yr ydych am ei wneud',
  'Complain about how information about you is used': 'Cwyno am y ffordd y defnyddir gwybodaeth amdanoch',
  'The council must acknowledge it within 30 days and answer without undue delay.':
    'Rhaid i’r cyngor ei chydnabod o fewn 30 diwrnod a’i hateb heb oedi gormodol.',
  'Object to being monitored': 'Gwrthwynebu cael eich monitro',
  'Say why, for reasons of your own situation. The council must answer within one month.':
    'Dywedwch pam, am resymau sy’n ymwneud â’ch sefyllfa chi. Rhaid i’r cyngor ateb o fewn un mis.',
  'Ask for what is recorded to be corrected': 'Gofyn i’r hyn a gofnodwyd gael ei gywiro',
  'The council must answer within one month. What a device sent stays as it is; what is right is recorded beside it.':
    'Rhaid i’r cyngor ateb o fewn un mis. Mae’r hyn a anfonodd dyfais yn aros fel y mae; cofnodir yr hyn sy’n gywir wrth ei ochr.',
  'What it is about': 'Am beth y mae',
  'Nothing on this list, or all of it': 'Dim ar y rhestr hon, neu’r cyfan',
  '{device}: section {clause}, {rule}': '{device}: adran {clause}, {rule}',
  'What you want to say': 'Beth yr ydych am ei ddweud',
  'In your own words. Leave out what others need not know about you, such as your health, unless it is the reason.':
    'Yn eich geiriau eich hun. Peidiwch â chynnwys yr hyn nad oes angen i eraill ei wybod amdanoch, fel eich iechyd, oni bai mai dyna’r rheswm.',
  'Enter what you want to say': 'Rhowch beth yr ydych am ei ddweud',
  Send: 'Anfon',
  'What you ask about is not yours, or is not there any more':
    'Nid yw’r hyn yr ydych yn gofyn amdano yn eiddo i chi, neu nid yw yno mwyach',
  Complaint: 'Cwyn',
  Objection: 'Gwrthwynebiad',
  Correction: 'Cywiriad',
  'It has been sent': 'Mae wedi’i anfon',
  'Sent on': 'Anfonwyd ar',
  'What you said': 'Beth a ddywedoch',
  'Acknowledged on': 'Cydnabuwyd ar',
  'To be acknowledged by': 'I’w gydnabod erbyn',
  'To be answered by': 'I’w ateb erbyn',
  'without undue delay': 'heb oedi gormodol',
  'The Data Protection Officer has it and has been told. You are told at each step by e-mail, where the council’s list of people has an address for you. You can always read here how it stands.':
    'Mae gan y Swyddog Diogelu Data hyn ac mae’n gwybod amdano. Dywedir wrthych bob cam drwy e-bost, lle mae gan restr pobl y cyngor gyfeiriad i chi. Gallwch bob amser ddarllen yma sut y mae pethau’n sefyll.',
  'The answer': 'Yr ateb',
  'Answered on': 'Atebwyd ar',
  'Recorded beside what it is about': 'Cofnodwyd wrth ochr yr hyn y mae’n ymwneud ag ef',
  Upheld: 'Cadarnhawyd y cais',
  'Upheld in part': 'Cadarnhawyd y cais yn rhannol',
  'Not upheld': 'Ni chadarnhawyd y cais',
  'If you do not agree with the answer, you can complain to the Information Commissioner’s Office, at ico.org.uk.':
    'Os nad ydych yn cytuno â’r ateb, gallwch gwyno i Swyddfa’r Comisiynydd Gwybodaeth, yn ico.org.uk.',
  'You have sent nothing with this reference.': 'Nid ydych wedi anfon dim â’r cyfeirnod hwn.',
} as const satisfies Readonly<Record<string, string>>;
