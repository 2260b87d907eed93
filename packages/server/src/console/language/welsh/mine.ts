/** What the person whose device it is reads of it, and the privacy notice. */
export const MINE = {
  'What is withdrawn from you at the moment': 'Beth sydd wedi’i dynnu oddi wrthych ar hyn o bryd',
  Network: 'Rhwydwaith',
  'E-mail and internet': 'E-bost a’r rhyngrwyd',
  'Business systems': 'Systemau busnes',
  'Remote access': 'Mynediad o bell',
  Device: 'Dyfais',
  'until {moment}': 'tan {moment}',
  'until somebody gives it back': 'nes i rywun ei roi yn ôl',
  'Nobody has decided by this that you did anything wrong. Ask the ICT helpdesk what you need to know.':
    'Nid oes neb wedi penderfynu drwy hyn eich bod wedi gwneud dim o’i le. Gofynnwch i’r ddesg gymorth TGCh beth y mae angen i chi ei wybod.',
  'What this device is held to at the moment': 'Y cyfyngiadau ar y ddyfais hon ar hyn o bryd',
  'ICT has paused Beadle on this device since {since}, until {until} at the latest. Meanwhile nothing is collected, also not afterwards, and no messages are shown. What is restricted stays restricted.':
    'Mae TGCh wedi seibio Beadle ar y ddyfais hon ers {since}, hyd at {until} fan bellaf. Yn y cyfamser ni chesglir dim, na chwaith wedyn, ac ni ddangosir negeseuon. Mae’r hyn sydd wedi’i gyfyngu yn dal wedi’i gyfyngu.',
  'the device says so': 'mae’r ddyfais yn dweud hynny',
  'ordered; the device has not answered yet': 'wedi’i orchymyn; nid yw’r ddyfais wedi ateb eto',
  'Call {telephone}.': 'Ffoniwch {telephone}.',
  'It is locked': 'Mae wedi’i chloi',
  'Nobody can stay signed in': 'Ni all neb aros wedi mewngofnodi',
  'It is cut off from the network, but for Beadle': 'Mae wedi’i thorri oddi ar y rhwydwaith, ac eithrio Beadle',
  'Memory sticks and disks cannot be used': 'Ni ellir defnyddio cofau bach na disgiau',
  'It is marked as lost': 'Mae wedi’i nodi’n ddyfais goll',
  'Report that {device} is lost or stolen, or that something else has happened with it':
    'Rhoi gwybod bod {device} ar goll neu wedi’i dwyn, neu fod rhywbeth arall wedi digwydd gyda hi',
  'Tell the helpdesk that {device} is broken or damaged':
    'Dweud wrth y ddesg gymorth fod {device} wedi torri neu wedi’i difrodi',
  'Ask for an authorisation for {device}': 'Gofyn am awdurdodiad ar gyfer {device}',
  'See what you are to do about what has happened': 'Gweld beth y mae angen i chi ei wneud am yr hyn sydd wedi digwydd',
  'See what you are authorised to do, and what you have asked for':
    'Gweld beth y mae gennych awdurdod i’w wneud, a beth yr ydych wedi gofyn amdano',
  'Complain, object or ask for a correction': 'Cwyno, gwrthwynebu neu ofyn am gywiriad',
  'No device is registered in your name.': 'Nid oes dyfais wedi’i chofrestru yn eich enw chi.',
  'If you have one from the council, tell the ICT helpdesk its asset tag, which is on its label. You can do everything else from here all the same.':
    'Os oes gennych un gan y cyngor, rhowch ei thag ased, sydd ar ei label, i’r ddesg gymorth TGCh. Gallwch wneud popeth arall o’r fan hon yr un fath.',
  'This is what Beadle knows about what you have from the council. It looks at the device, not at you: it reads no documents, no browsing and no keystrokes.':
    'Dyma’r hyn y mae Beadle yn ei wybod am yr hyn sydd gennych gan y cyngor. Mae’n edrych ar y ddyfais, nid arnoch chi: nid yw’n darllen dogfennau, hanes pori na thrawiadau bysellau.',
  Laptop: 'Gliniadur',
  Desktop: 'Cyfrifiadur desg',
  Tablet: 'Llechen',
  Phone: 'Ffôn',
  Peripheral: 'Dyfais ymylol',
  Server: 'Gweinydd',
  Other: 'Arall',
  'Beadle is not on this device yet. Nothing has been collected.':
    'Nid yw Beadle ar y ddyfais hon eto. Nid oes dim wedi’i gasglu.',
  'What needs to be put right': 'Beth y mae angen ei gywiro',
  'Nothing that Beadle knows of.': 'Dim y mae Beadle yn gwybod amdano.',
  'For you:': 'I chi:',
  'For ICT. You need do nothing unless they ask you:':
    'I TGCh. Nid oes angen i chi wneud dim oni bai eu bod yn gofyn i chi:',
  'section {clause} of the policy, since {day}': 'adran {clause} o’r polisi, ers {day}',
  'The policy says:': 'Mae’r polisi’n dweud:',
  'What to do:': 'Beth i’w wneud:',
  'What appears to have happened': 'Beth yr ymddengys sydd wedi digwydd',
  'Nothing is decided about anybody until a person has looked at it. If something here is wrong, or you were authorised, ask for it to be corrected.':
    'Ni phenderfynir dim am neb nes bod person wedi edrych arno. Os oes rhywbeth yma’n anghywir, neu os oedd gennych awdurdod, gofynnwch iddo gael ei gywiro.',
  'section {clause}, {moment}': 'adran {clause}, {moment}',
  'Ask for this to be corrected': 'Gofyn i hyn gael ei gywiro',
  'Corrected on {day} ({ref}):': 'Cywirwyd ar {day} ({ref}):',
  'What could not be told': 'Beth na ellid ei weld',
  'This is held against nobody.': 'Nid yw hyn yn cyfrif yn erbyn neb.',
  'What you are authorised to do': 'Beth y mae gennych awdurdod i’w wneud',
  'Rules that this device keeps to': 'Rheolau y mae’r ddyfais hon yn cadw atynt',
  'None that Beadle knows of.': 'Dim un y mae Beadle yn gwybod amdani.',
  'version {version}': 'fersiwn {version}',
  'What is collected, and why': 'Beth a gesglir, a pham',
  'What was sent': 'Beth a anfonwyd',
  'The device was last heard from on {day}. This is what it last read:':
    'Clywyd gan y ddyfais ddiwethaf ar {day}. Dyma’r hyn a ddarllenodd ddiwethaf:',
  'The device has not been heard from yet.': 'Ni chlywyd gan y ddyfais eto.',
  'It has sent nothing of this kind yet.': 'Nid yw wedi anfon dim o’r math hwn eto.',
  'Download everything that it has sent, as it was sent (a line of JSON for each finding)':
    'Lawrlwytho popeth y mae wedi’i anfon, fel yr anfonwyd ef (llinell o JSON ar gyfer pob canfyddiad)',
  'Who sees this': 'Pwy sy’n gweld hyn',
  'Who looks at a device that somebody holds, at a breach or at a person’s record is itself recorded. Your line manager does not see it.':
    'Mae pwy sy’n edrych ar ddyfais y mae rhywun yn ei dal, ar achos o dor neu ar gofnod person yn cael ei gofnodi hefyd. Nid yw eich rheolwr llinell yn ei weld.',
  'How long it is kept': 'Am ba hyd y’i cedwir',
  'On the device, what has been sent is kept for 30 days. On the server, what was last read is overwritten each time. What findings say that no breach rests on is kept for {findings}, then erased. Breaches, and what they rest on, are kept for {breaches} after they end; what a breach rested on that a person found to be none, for {dismissed}. What messages say is kept for {messages}. Your entry in the list of people is kept for {people} after you have left, or for as long as something that is kept names you.':
    'Ar y ddyfais, cedwir yr hyn a anfonwyd am 30 diwrnod. Ar y gweinydd, caiff yr hyn a ddarllenwyd ddiwethaf ei drosysgrifo bob tro. Cedwir cynnwys canfyddiadau nad oes achos o dor yn seiliedig arnynt am {findings}, yna caiff ei ddileu. Cedwir achosion o dor, a’r hyn y maent yn seiliedig arno, am {breaches} ar ôl iddynt ddod i ben; cedwir sail achos nad oedd yn dor ym marn person am {dismissed}. Cedwir cynnwys negeseuon am {messages}. Cedwir eich cofnod yn y rhestr o bobl am {people} ar ôl i chi adael, neu cyhyd â bod rhywbeth a gedwir yn eich enwi.',
  'Something can be kept for longer where the law asks for it, such as for a claim. Who did what in Beadle is recorded for good.':
    'Gellir cadw rhywbeth yn hwy lle mae’r gyfraith yn gofyn am hynny, er enghraifft ar gyfer hawliad. Mae pwy wnaeth beth yn Beadle yn cael ei gofnodi am byth.',
  'What a person has found to be no breach leaves your page after 30 days.':
    'Bydd yr hyn nad yw’n dor ym marn person yn diflannu o’ch tudalen ar ôl 30 diwrnod.',
  'If something is wrong, or you object': 'Os oes rhywbeth yn anghywir, neu os ydych yn gwrthwynebu',
  'You can ask for what is recorded to be corrected, object to being monitored, or complain about how information about you is used. The Data Protection Officer answers you. The council must acknowledge a complaint within 30 days.':
    'Gallwch ofyn i’r hyn a gofnodwyd gael ei gywiro, gwrthwynebu cael eich monitro, neu gwyno am y ffordd y defnyddir gwybodaeth amdanoch. Y Swyddog Diogelu Data sy’n eich ateb. Rhaid i’r cyngor gydnabod cwyn o fewn 30 diwrnod.',
  'You can also write to:': 'Gallwch hefyd ysgrifennu at:',
  'You can complain to the Information Commissioner’s Office, at ico.org.uk.':
    'Gallwch gwyno i Swyddfa’r Comisiynydd Gwybodaeth, yn ico.org.uk.',
  'Privacy notice': 'Hysbysiad preifatrwydd',
  '{council} uses Beadle to see whether the devices that it owns keep to its policy on remote working. It looks at the device, not at you: it reads no documents, no browsing and no keystrokes.':
    'Mae {council} yn defnyddio Beadle i weld a yw’r dyfeisiau y mae’n berchen arnynt yn cadw at ei bolisi ar weithio o bell. Mae’n edrych ar y ddyfais, nid arnoch chi: nid yw’n darllen dogfennau, hanes pori na thrawiadau bysellau.',
  '{council} decides what is collected and answers for it. A person decides whatever falls on a person.':
    '{council} sy’n penderfynu beth a gesglir ac yn atebol amdano. Person sy’n penderfynu ar unrhyw beth a ddaw i ran person.',
  'Beside it the council keeps who holds which device, what was authorised, what was reported and what was decided.':
    'Yn ogystal, mae’r cyngor yn cadw pwy sy’n dal pa ddyfais, beth a awdurdodwyd, beth y rhoddwyd gwybod amdano a beth a benderfynwyd.',
  Cookies: 'Cwcis',
  'Three cookies are set, which these pages cannot do without: one keeps you signed in, one belongs to a sign-in that has begun, and one keeps the language that you choose. None of them follows you.':
    'Gosodir tri chwci na all y tudalennau hyn wneud hebddynt: mae un yn eich cadw wedi mewngofnodi, mae un yn perthyn i fewngofnodi sydd wedi dechrau, ac mae un yn cadw’r iaith a ddewiswch. Nid oes yr un ohonynt yn eich dilyn.',
  'The council’s contact for data protection:': 'Cyswllt y cyngor ar gyfer diogelu data:',
  Actions: 'Camau gweithredu',
  'What is to be done': 'Beth sydd i’w wneud',
  'To be done by': 'I’w wneud erbyn',
  'What was agreed after something had happened, and has not been done yet. Tell the Information Security Team Leader when it is done.':
    'Beth y cytunwyd arno ar ôl i rywbeth ddigwydd, ac nad yw wedi’i wneud eto. Dywedwch wrth Arweinydd y Tîm Diogelwch Gwybodaeth pan fydd wedi’i wneud.',
  'For you': 'I chi',
  'No action is open for you.': 'Nid oes cam gweithredu ar agor i chi.',
  'For those whom you manage': 'I’r rhai yr ydych yn eu rheoli',
  'You see the actions, and nothing of what they come from.':
    'Rydych yn gweld y camau gweithredu, a dim o’r hyn y maent yn deillio ohono.',
  'No action is open for them.': 'Nid oes cam gweithredu ar agor iddynt.',
} as const satisfies Readonly<Record<string, string>>;
