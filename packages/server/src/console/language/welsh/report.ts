/** Reporting something: lost, stolen, sent to the wrong person, suspicious, or broken. */
export const REPORT = {
  'Report something lost, stolen, sent to the wrong person or suspicious':
    'Rhoi gwybod am rywbeth sydd ar goll, wedi’i ddwyn, wedi’i anfon at y person anghywir neu’n amheus',
  'Report it as soon as you notice it, also where you are not sure, and also where nothing came of it. Only the first question must be answered; say what you know.':
    'Rhowch wybod amdano cyn gynted ag y byddwch yn sylwi arno, hyd yn oed os nad ydych yn siŵr, a hyd yn oed os na ddaeth dim ohono. Dim ond y cwestiwn cyntaf y mae’n rhaid ei ateb; dywedwch yr hyn a wyddoch.',
  'Reporting early helps the people whose information it is. What is asked first is how to limit what has happened.':
    'Mae rhoi gwybod yn gynnar yn helpu’r bobl y mae’r wybodaeth amdanynt. Y cwestiwn cyntaf yw sut i gyfyngu ar yr hyn sydd wedi digwydd.',
  'Is something broken, or damaged by accident? That is no breach, and stands on nobody’s record.':
    'A oes rhywbeth wedi torri, neu wedi’i ddifrodi drwy ddamwain? Nid yw hynny’n dor, ac nid yw ar gofnod neb.',
  'Tell the helpdesk that something is broken or damaged':
    'Dweud wrth y ddesg gymorth fod rhywbeth wedi torri neu wedi’i ddifrodi',
  'Send the report': 'Anfon yr adroddiad',
  'What happened': 'Beth ddigwyddodd',
  'In your own words. Leave out the names of people whom the information is about.':
    'Yn eich geiriau eich hun. Peidiwch â chynnwys enwau’r bobl y mae’r wybodaeth amdanynt.',
  'Enter what happened': 'Rhowch yr hyn a ddigwyddodd',
  'What kind of thing it is': 'Pa fath o beth ydyw',
  'Something is lost': 'Mae rhywbeth ar goll',
  'Something was stolen': 'Cafodd rhywbeth ei ddwyn',
  'A memory stick or other storage': 'Cof bach neu storfa arall',
  'Sent or given to the wrong person': 'Wedi’i anfon neu ei roi i’r person anghywir',
  'Seen or used by somebody who may not': 'Wedi’i weld neu ei ddefnyddio gan rywun na chaiff wneud hynny',
  'A virus or other harmful software': 'Feirws neu feddalwedd niweidiol arall',
  'A device that is not up to date': 'Dyfais nad yw’n gyfredol',
  'Paper documents': 'Dogfennau papur',
  'Working abroad': 'Gweithio dramor',
  'Something else': 'Rhywbeth arall',
  'Crime reference': 'Cyfeirnod trosedd',
  'Where you have told the police. Do not wait for it.': 'Os ydych wedi dweud wrth yr heddlu. Peidiwch ag aros amdano.',
  'How certain it is': 'Pa mor sicr ydyw',
  'It has happened': 'Mae wedi digwydd',
  'I think that it has happened, or may have': 'Rwy’n meddwl ei fod wedi digwydd, neu y gall fod',
  'It nearly happened: a near miss': 'Bu bron iddo ddigwydd: dihangfa o drwch blewyn',
  'When it happened': 'Pryd y digwyddodd',
  'As well as you know, for example, 4 6 2026 and 5:15pm.': 'Hyd y gwyddoch, er enghraifft, 4 6 2026 a 17:15.',
  'When it was last seen': 'Pryd y’i gwelwyd ddiwethaf',
  'Only where something is lost or stolen.': 'Dim ond os oes rhywbeth ar goll neu wedi’i ddwyn.',
  'When you noticed it': 'Pryd y sylwoch arno',
  Where: 'Ble',
  'No address is needed.': 'Nid oes angen cyfeiriad.',
  'At the office': 'Yn y swyddfa',
  'At home': 'Gartref',
  'While travelling': 'Wrth deithio',
  'Somewhere else': 'Yn rhywle arall',
  'Asset tag of the council’s device': 'Tag ased dyfais y cyngor',
  'The number on its label, such as DBC-04127. Leave it empty where no device is involved or you do not know it.':
    'Y rhif ar ei label, fel DBC-04127. Gadewch ef yn wag os nad oes dyfais yn gysylltiedig neu os na wyddoch beth ydyw.',
  'What information is involved': 'Pa wybodaeth sydd dan sylw',
  'For example, a list of tenants with their addresses. No names.':
    'Er enghraifft, rhestr o denantiaid â’u cyfeiriadau. Dim enwau.',
  'Is information about people involved?': 'A oes gwybodaeth am bobl dan sylw?',
  Yes: 'Oes',
  No: 'Nac oes',
  'Not known': 'Ddim yn hysbys',
  'What has been done already': 'Beth sydd wedi’i wneud eisoes',
  'For example, you have asked the recipient to delete the email.':
    'Er enghraifft, rydych wedi gofyn i’r derbynnydd ddileu’r e-bost.',
  'Whether it is about somebody in the security team': 'A yw’n ymwneud â rhywun yn y tîm diogelwch',
  'Their name. They are then not told of it and cannot see it.':
    'Ei enw. Ni ddywedir wrth y person hwnnw wedyn ac ni all ei weld.',
  'The asset tag must be as on the label, such as DBC-04127, or left empty':
    'Rhaid i’r tag ased fod fel y mae ar y label, fel DBC-04127, neu’n wag',
  'No council device has this asset tag: check the label, or leave it empty and say which device it is in your own words':
    'Nid oes gan ddyfais y cyngor y tag ased hwn: gwiriwch y label, neu gadewch ef yn wag a dywedwch pa ddyfais ydyw yn eich geiriau eich hun',
  'No council device has this asset tag: check the label, or leave it empty':
    'Nid oes gan ddyfais y cyngor y tag ased hwn: gwiriwch y label, neu gadewch ef yn wag',
  'Your report has been sent': 'Mae eich adroddiad wedi’i anfon',
  'Your reference': 'Eich cyfeirnod',
  'Write the reference down. Say it when you ring or write about this.':
    'Nodwch y cyfeirnod. Rhowch ef pan fyddwch yn ffonio neu’n ysgrifennu am hyn.',
  'What happens next': 'Beth sy’n digwydd nesaf',
  'The Information Security Team Leader is told, or the SIRO where your report is about somebody in the security team. They may ask you for more.':
    'Dywedir wrth Arweinydd y Tîm Diogelwch Gwybodaeth, neu wrth y SIRO os yw eich adroddiad am rywun yn y tîm diogelwch. Gallant ofyn i chi am ragor.',
  'A suspicion stays a suspicion until a person has looked into it.':
    'Amheuaeth yn unig yw amheuaeth nes bod person wedi edrych i mewn iddi.',
  'If something has to be done at once, do not wait for an answer. Get in touch with:':
    'Os oes rhaid gwneud rhywbeth ar unwaith, peidiwch ag aros am ateb. Cysylltwch â:',
  'See {ref}': 'Gweld {ref}',
  'Report something else': 'Rhoi gwybod am rywbeth arall',
  'Something is broken or damaged': 'Mae rhywbeth wedi torri neu wedi’i ddifrodi',
  'This is no breach. It is on nobody’s record, and accidents happen.':
    'Nid yw hyn yn dor. Nid yw ar gofnod neb, ac mae damweiniau’n digwydd.',
  'If something is lost or stolen, or somebody else may have used it:':
    'Os oes rhywbeth ar goll neu wedi’i ddwyn, neu os gallai rhywun arall fod wedi’i ddefnyddio:',
  'report it': 'rhowch wybod amdano',
  'Tell the helpdesk': 'Dweud wrth y ddesg gymorth',
  'What is it?': 'Beth ydyw?',
  'Choose whether something is broken or damaged': 'Dewiswch a yw rhywbeth wedi torri neu wedi’i ddifrodi',
  'Something is broken or does not work': 'Mae rhywbeth wedi torri neu ddim yn gweithio',
  'ICT is told.': 'Dywedir wrth TGCh.',
  'Something is damaged, for example dropped or wet':
    'Mae rhywbeth wedi’i ddifrodi, er enghraifft wedi’i ollwng neu’n wlyb',
  'ICT and the insurance officer are told.': 'Dywedir wrth TGCh a’r swyddog yswiriant.',
  'What is wrong': 'Beth sydd o’i le',
  'In your own words, for example, the screen stays dark.':
    'Yn eich geiriau eich hun, er enghraifft, mae’r sgrin yn aros yn dywyll.',
  'Enter what is wrong': 'Rhowch beth sydd o’i le',
  'The number on its label, such as DBC-04127. Leave it empty where you do not know it.':
    'Y rhif ar ei label, fel DBC-04127. Gadewch ef yn wag os na wyddoch beth ydyw.',
  'The helpdesk has been told': 'Mae’r ddesg gymorth yn gwybod',
  'ICT and the insurance officer are told. ICT gets in touch with you.':
    'Dywedir wrth TGCh a’r swyddog yswiriant. Bydd TGCh yn cysylltu â chi.',
  'ICT is told and gets in touch with you.': 'Dywedir wrth TGCh, a fydd yn cysylltu â chi.',
  'This is no breach, and stands on nobody’s record.': 'Nid yw hyn yn dor, ac nid yw ar gofnod neb.',
  'ICT closed it on {moment}:': 'Caeodd TGCh ef ar {moment}:',
  'Report something else that is broken': 'Rhoi gwybod am rywbeth arall sydd wedi torri',
  'Choose one of the answers': 'Dewiswch un o’r atebion',
  '{label} must be {most} characters or fewer': 'Rhaid i “{label}” fod yn {most} nod neu lai',
  '{label} must be a whole number, like 12': 'Rhaid i “{label}” fod yn rhif cyfan, fel 12',
  '{label} must be {most} or fewer': 'Rhaid i “{label}” fod yn {most} neu lai',
  '{label} must be a real date, like 4 6 2026': 'Rhaid i “{label}” fod yn ddyddiad go iawn, fel 4 6 2026',
  '{label} must have a time of day, like 9:30am': 'Rhaid i “{label}” gynnwys amser o’r dydd, fel 9:30',
  '{label} must be in the past': 'Rhaid i “{label}” fod yn y gorffennol',
} as const satisfies Readonly<Record<string, string>>;
