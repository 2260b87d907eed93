/** What is collected, and why: each as console/pages/mine/collected-words.ts has it; and the names of checks. */
export const COLLECTED = {
  'Disk encryption': 'Amgryptio disgiau',
  'Removable media': 'Cyfryngau symudadwy',
  Printing: 'Argraffu',
  Patches: 'Diweddariadau',
  'Malware protection': 'Diogelwch rhag maleiswedd',
  Firewall: 'Mur gwarchod',
  'Screen lock': 'Clo sgrin',
  Accounts: 'Cyfrifon',
  Configuration: 'Ffurfweddiad',
  'Asset tag': 'Tag ased',
  'Agent health': 'Cyflwr y rhaglen',
  Location: 'Lleoliad',
  Contact: 'Cysylltiad',
  'Sign ins': 'Mewngofnodi',
  Network: 'Rhwydwaith',
  'Local storage': 'Storfa leol',
  'The name of each disk, and whether it is encrypted': 'Enw pob disg, ac a yw wedi’i amgryptio',
  'If a laptop is lost, its encryption is what keeps other people’s information safe':
    'Os caiff gliniadur ei golli, ei amgryptio sy’n cadw gwybodaeth pobl eraill yn ddiogel',
  'Of a stick, disk, card or telephone that was plugged in: its number, model and size, whether it is encrypted, and when. Never what is on it':
    'Am gof bach, disg, cerdyn neu ffôn a gysylltwyd: ei rif, ei fodel a’i faint, a yw wedi’i amgryptio, a phryd. Byth yr hyn sydd arno',
  'The policy does not allow memory sticks unless somebody is authorised':
    'Nid yw’r polisi’n caniatáu cof bach oni bai bod rhywun wedi’i awdurdodi',
  'The printers that are set up. Of what was printed on a printer that is not allowed: the printer, when, and how many sheets. Never the name of a document':
    'Yr argraffyddion sydd wedi’u gosod. Am yr hyn a argraffwyd ar argraffydd na chaniateir: yr argraffydd, pryd, a sawl dalen. Byth enw dogfen',
  'The policy does not allow printing at home unless somebody is authorised':
    'Nid yw’r polisi’n caniatáu argraffu gartref oni bai bod rhywun wedi’i awdurdodi',
  'The system and its version, which security updates are waiting, and whether a restart is needed':
    'Y system a’i fersiwn, pa ddiweddariadau diogelwch sy’n aros, ac a oes angen ailgychwyn',
  'Attackers use flaws that are known and not yet mended':
    'Mae ymosodwyr yn defnyddio diffygion sy’n hysbys ac sydd heb eu trwsio eto',
  'Whether protection against malware is on, and how old its list is. Never what it has found':
    'A yw’r diogelwch rhag maleiswedd ymlaen, a pha mor hen yw ei restr. Byth yr hyn y mae wedi’i ganfod',
  'The policy says that it must be on and up to date': 'Mae’r polisi’n dweud bod rhaid iddo fod ymlaen ac yn gyfredol',
  'Whether the firewall is on': 'A yw’r mur gwarchod ymlaen',
  'The policy says that it must be on': 'Mae’r polisi’n dweud bod rhaid iddo fod ymlaen',
  'After how many minutes the screen locks itself': 'Ar ôl faint o funudau y mae’r sgrin yn cloi ei hun',
  'A screen that stays open can be read by others': 'Gall eraill ddarllen sgrin sy’n aros ar agor',
  'Which accounts on the device may change all of it': 'Pa gyfrifon ar y ddyfais sy’n cael newid y cyfan ohoni',
  'The policy says who may be an administrator': 'Mae’r polisi’n dweud pwy sy’n cael bod yn weinyddwr',
  'Whether the device starts only systems that are signed':
    'Ai dim ond systemau sydd wedi’u llofnodi y mae’r ddyfais yn eu cychwyn',
  'A changed system can hide anything': 'Gall system sydd wedi’i newid guddio unrhyw beth',
  'The asset tag and the serial number': 'Y tag ased a’r rhif cyfresol',
  'So that the right device is judged': 'Er mwyn i’r ddyfais gywir gael ei hasesu',
  'The version of Beadle, how far its clock is out, how much waits to be sent, and what it used too much of':
    'Fersiwn Beadle, faint y mae ei gloc yn anghywir, faint sy’n aros i’w anfon, a’r hyn y defnyddiodd ormod ohono',
  'A device that cannot report shows nothing': 'Nid yw dyfais na all anfon gwybodaeth yn dangos dim',
  'The country that the device last called from, and nothing more exact. It is overwritten each time':
    'Y wlad y cysylltodd y ddyfais ohoni ddiwethaf, a dim mwy manwl. Caiff ei throsysgrifo bob tro',
  'The policy says in which countries a device may be used':
    'Mae’r polisi’n dweud ym mha wledydd y ceir defnyddio dyfais',
  'The day of its last call, and no list of calls': 'Diwrnod ei chysylltiad diwethaf, a dim rhestr o gysylltiadau',
  'A device that has not called is not known to be safe': 'Nid yw’n hysbys bod dyfais nad yw wedi cysylltu yn ddiogel',
  'What stands under “What was sent”': 'Yr hyn sydd o dan “Beth a anfonwyd”',
  'A rule of the policy asks for it': 'Mae rheol yn y polisi’n gofyn amdano',
} as const satisfies Readonly<Record<string, string>>;
