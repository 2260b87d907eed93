/** Signing in, and where somebody is signed in. */
export const SIGN_IN = {
  'Sign in': 'Mewngofnodi',
  Name: 'Enw',
  Password: 'Cyfrinair',
  Show: 'Dangos',
  Hide: 'Cuddio',
  'Show password': 'Dangos y cyfrinair',
  'Hide password': 'Cuddio’r cyfrinair',
  'Your password is visible': 'Mae eich cyfrinair i’w weld',
  'Your password is hidden': 'Mae eich cyfrinair wedi’i guddio',
  'Sign in with {provider}': 'Mewngofnodi gyda {provider}',
  'Sign in with a name and a password of this server': 'Mewngofnodi gydag enw a chyfrinair y gweinydd hwn',
  'If you were given a one-time address to sign in with, open it instead. If you cannot sign in, ask whoever runs this server for a new one.':
    'Os cawsoch gyfeiriad untro i fewngofnodi ag ef, agorwch hwnnw yn lle hynny. Os na allwch fewngofnodi, gofynnwch i bwy bynnag sy’n rhedeg y gweinydd hwn am un newydd.',
  'Check the name and the password: they do not fit': 'Gwiriwch yr enw a’r cyfrinair: nid ydynt yn cyfateb',
  'Start again': 'Dechrau eto',
  'Other ways to sign in': 'Ffyrdd eraill o fewngofnodi',
  'You cannot sign in to Beadle with this account': 'Ni allwch fewngofnodi i Beadle gyda’r cyfrif hwn',
  'If you need Beadle for your work, ask the Information Security Team Leader or the ICT helpdesk.':
    'Os oes angen Beadle arnoch ar gyfer eich gwaith, gofynnwch i Arweinydd y Tîm Diogelwch Gwybodaeth neu’r ddesg gymorth TGCh.',
  'Start signing in again': 'Dechreuwch fewngofnodi eto',
  'This sign-in took longer than 10 minutes, has been used already, or was started in another browser.':
    'Cymerodd y mewngofnodi hwn fwy na 10 munud, mae eisoes wedi’i ddefnyddio, neu fe’i dechreuwyd mewn porwr arall.',
  'The council’s sign-in cannot be reached': 'Ni ellir cyrraedd system fewngofnodi’r cyngor',
  'Try again in a few minutes. If it is urgent, ask whoever runs this server for a one-time address.':
    'Rhowch gynnig arall arni mewn ychydig funudau. Os yw’n fater brys, gofynnwch i bwy bynnag sy’n rhedeg y gweinydd hwn am gyfeiriad untro.',
  'You have not been signed in': 'Nid ydych wedi mewngofnodi',
  'The council’s sign-in did not let you through, or you cancelled it.':
    'Ni adawodd system fewngofnodi’r cyngor i chi fynd ymlaen, neu gwnaethoch ei chanslo.',
  'What the council’s sign-in sent could not be verified. If this happens again, tell the ICT helpdesk.':
    'Ni ellid dilysu’r hyn a anfonodd system fewngofnodi’r cyngor. Os bydd hyn yn digwydd eto, dywedwch wrth y ddesg gymorth TGCh.',
  'It is in none of the groups that may use Beadle.': 'Nid yw yn un o’r grwpiau sy’n cael defnyddio Beadle.',
  'The council’s sign-in did not say which groups it is in. The ICT helpdesk can put that right.':
    'Ni ddywedodd system fewngofnodi’r cyngor ym mha grwpiau y mae. Gall y ddesg gymorth TGCh gywiro hynny.',
  'The council’s sign-in did not say what it is called.': 'Ni ddywedodd system fewngofnodi’r cyngor beth yw ei enw.',
  'The council’s list of people says that it is not in use.':
    'Mae rhestr pobl y cyngor yn dweud nad yw’n cael ei ddefnyddio.',
  'Another person or account goes by the same name here.': 'Mae gan berson neu gyfrif arall yr un enw yma.',
  'Enter the code of your authenticator app': 'Rhowch god eich ap dilysu',
  Code: 'Cod',
  '6 digits that change every half minute': '6 digid sy’n newid bob hanner munud',
  '6 digits': '6 digid',
  'If you cannot use the app': 'Os na allwch ddefnyddio’r ap',
  'Enter one of your recovery codes instead: each works once. If you have none left, ask whoever runs this server.':
    'Rhowch un o’ch codau adfer yn lle hynny: mae pob un yn gweithio unwaith. Os nad oes gennych un ar ôl, gofynnwch i bwy bynnag sy’n rhedeg y gweinydd hwn.',
  'The code does not fit, or has been used. Enter the one that the app shows now, or a recovery code':
    'Nid yw’r cod yn cyfateb, neu mae wedi’i ddefnyddio. Rhowch yr un y mae’r ap yn ei ddangos nawr, neu god adfer',
  'The code does not fit. Enter the one that the app shows now':
    'Nid yw’r cod yn cyfateb. Rhowch yr un y mae’r ap yn ei ddangos nawr',
  'There have been too many wrong codes. Try again in 15 minutes':
    'Bu gormod o godau anghywir. Rhowch gynnig arall arni ymhen 15 munud',
  'Set up an authenticator app': 'Gosod ap dilysu',
  'This account needs a second step at each sign-in. Use any app that makes codes which change every half minute, such as the one that your council gives out.':
    'Mae angen ail gam ar y cyfrif hwn bob tro y byddwch yn mewngofnodi. Defnyddiwch unrhyw ap sy’n creu codau sy’n newid bob hanner munud, fel yr un y mae eich cyngor yn ei ddarparu.',
  'In the app, add an account and choose to enter a key.': 'Yn yr ap, ychwanegwch gyfrif a dewiswch roi allwedd.',
  'Enter this key:': 'Rhowch yr allwedd hon:',
  'If the app is on this device, open it with the key': 'Os yw’r ap ar y ddyfais hon, agorwch ef gyda’r allwedd',
  'Enter the code that the app then shows.': 'Rhowch y cod y mae’r ap yn ei ddangos wedyn.',
  'Keep your recovery codes': 'Cadwch eich codau adfer',
  'The app is set up and you are signed in. If you lose the app, each of these codes signs you in once.':
    'Mae’r ap wedi’i osod ac rydych wedi mewngofnodi. Os byddwch yn colli’r ap, bydd pob un o’r codau hyn yn eich mewngofnodi unwaith.',
  'They are shown now and never again. Print them or write them down, and keep them where only you can get them.':
    'Dangosir nhw nawr a byth eto. Argraffwch nhw neu ysgrifennwch nhw i lawr, a’u cadw lle mai chi yn unig all eu cael.',
  'I have kept them': 'Rwyf wedi’u cadw',
  'This sign-in address no longer works': 'Nid yw’r cyfeiriad mewngofnodi hwn yn gweithio mwyach',
  'It has been used already, or it is too old. Each address signs one person in once.':
    'Mae eisoes wedi’i ddefnyddio, neu mae’n rhy hen. Mae pob cyfeiriad yn mewngofnodi un person unwaith.',
  'To get in, do one of these:': 'I gael mynediad, gwnewch un o’r rhain:',
  'sign in with a name and password': 'mewngofnodi gydag enw a chyfrinair',
  'ask whoever runs this server for a new address': 'gofyn i bwy bynnag sy’n rhedeg y gweinydd hwn am gyfeiriad newydd',
  'if you run it yourself, start it again: it prints a new address':
    'os mai chi sy’n ei redeg, ei ailddechrau: bydd yn argraffu cyfeiriad newydd',
  'Your sessions': 'Eich sesiynau',
  'Where you are signed in': 'Ble rydych wedi mewngofnodi',
  'If you do not know one of these, sign it out and tell the Information Security Team Leader.':
    'Os nad ydych yn adnabod un o’r rhain, allgofnodwch ef a dywedwch wrth Arweinydd y Tîm Diogelwch Gwybodaeth.',
  'Browsers in which you are signed in': 'Porwyr yr ydych wedi mewngofnodi ynddynt',
  Browser: 'Porwr',
  'Signed in': 'Wedi mewngofnodi',
  'Last used': 'Defnyddiwyd ddiwethaf',
  'Another browser': 'Porwr arall',
  'This one': 'Yr un hwn',
  'this browser': 'y porwr hwn',
  '{browser}, signed in on {moment}': '{browser}, wedi mewngofnodi ar {moment}',
  'Sign out all the others': 'Allgofnodi’r lleill i gyd',
  'That browser has been signed out.': 'Mae’r porwr hwnnw wedi’i allgofnodi.',
  'All other browsers have been signed out.': 'Mae pob porwr arall wedi’i allgofnodi.',
  'through the council’s sign-in': 'drwy system fewngofnodi’r cyngor',
  'with a password': 'gyda chyfrinair',
  'with a one-time address': 'gyda chyfeiriad untro',
} as const satisfies Readonly<Record<string, string>>;
