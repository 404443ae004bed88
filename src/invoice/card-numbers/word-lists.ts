/**
 * Words that say card, as they are written in names of members and beside numbers: the thing, its number, the brands
 * whose name has no other meaning. Without accents, because words are compared without them.
 */
export const CARD_WORDS = `
  card cards 5a tag5a tag57 swipe cb cardno cardnr cardnum cardnumber cardnumbers pan pans fpan dpan cardpan cc ccn ccno ccnum ccnumber
  cvv cvc
  creditcard debitcard bankcard paymentcard chargecard primaryaccountnumber track1 track2 trackdata magstripe emv
  karte karten kartennr kartennummer kartennummern kartendaten kartenzahlung kreditkarte kreditkarten
  kreditkartennummer debitkarte bankkarte girokarte eckarte zahlungskarte
  carte cartes cartebancaire numerocarte carta cartadicredito numerocarta bancomat
  tarjeta tarjetas numerotarjeta numerodetarjeta targeta tarxeta txartela cartao cartoes numerocartao numerodocartao
  kaart kaarten kaartnummer bankpas pasnummer betaalpas betaalkaart
  kort kortet kortnr kortnummer kortnumer kortanumer bankkort betalkort betalingskort kredittkort kreditkort
  kortti kortin korttinumero kortinnumero pankkikortti maksukortti luottokortti kaardi kaardinumber
  karta karty karte kartu numerkarty cislokarty kartes kortele korteles kortelesnumeris kartica kartice brojkartice
  kartya kartyaszam bankkartya cardul carduri numarcard kart karti kartin kartno kartnumarasi kad nomborkad nomorkartu
  карта карты карте карту картой картка картки картку картица картице номеркарты карт καρτα καρτας αριθμοσκαρτας
  بطاقه بطاقة البطاقه البطاقة کارت כרטיס הכרטיס מספרכרטיס कार्ड কার্ড ბარათი ბარათის քարտ քարտի ካርድ kadi cerdyn
  visa mastercard maestro amex americanexpress diners dinersclub jcb unionpay girocard vpay bancontact dankort rupay
  hipercard meeza uzcard
`

/** Whatever begins with these says card too: `kreditkartennr`, `cardnumberfull`. */
export const CARD_STEMS = `
  cardn cardholder cardpan creditcard debitcard paymentcard kartenn kreditkart debitkart bankkart zahlkart numerotarjeta
  numerocart
`

/** Scripts that do not divide words, and Vietnamese, whose word is another one without its accents. */
export const CARD_PARTS = ['卡', 'カード', '카드', 'บัตร', 'ບັດ', 'thẻ']

/** Before a word for card, these make it a card with a number of its own, that one does not pay with. */
export const OTHER_CARDS = `
  gift loyalty bonus member members membership club customer client points rewards reward sim esim id identity health
  insurance library key access staff employee phone calling sd memory graphics greeting post time stamp
  fidelity geschenk kunden mitglieds cadeau klanten darkova vernostni ajandek hediye скидочная подарочная бонусная
  дисконтная
`
export const OTHER_CARD_PARTS = [
  '会员',
  '會員',
  '礼品',
  '禮品',
  'ポイント',
  '会員',
  'ギフト',
  '멤버',
  '회원',
  '기프트',
  'สมาชิก',
]

/** Words for means of payment, as names of members. What stands in such a member may be a card number. */
export const PAYMENT_WORDS = `
  tender tenders payment payments pay zahlung zahlungen zahlart zahlungsart zahlungsmittel paiement paiements pago pagos
  pagamento pagamentos pagamenti betaling betalingen betalinger betalning maksu platba platby platnosc plata fizetes
  odeme оплата платеж платежи دفع الدفع תשלום 支付 支払 결제 eft acquirer psp
`

/** Words that say what else a number is. */
export const OTHER_WORDS = `
  order orders bestellung bestellnummer auftrag auftragsnummer commande pedido ordine bestelling ordre tilaus zamowienie
  objednavka rendeles comanda siparis заказ заказа
  receipt receipts bon bonnummer beleg belegnummer belegnr quittung ticket tickets recu recibo scontrino kvitto
  kvittering kuitti paragon uctenka nyugta bizonylat fis чек чека レシート 영수증
  invoice invoices rechnung rechnungsnummer facture factura fatura fattura faktura lasku szamla счет document documento
  dokument doc voucher vouchers gutschein coupon gift cadeau regalo presente gavekort presentkort kundkort kundenkarte
  kundenkartennummer geschenkkarte bonuskarte mitgliedskarte simkarte cadeaukaart klantenkaart loyalty fidelite
  fidelidad fidelidade fedelta lojalnosciowa podarunkowa лояльности bonus member membership club customer kunde kundennummer client
  cliente klant iban bic bban rib sort siret siren vat vatin ust ustid mwst tva iva
  btw nif nie cif cnpj cpf ein tin trn gstin abn tax steuer steuernummer gln gtin ean upc sscc isbn sku plu item
  items article artikel artikelnummer product products produkt produit producto serial seriennummer imei imeisv imsi
  iccid sim msisdn phone tel telephone telefon telefono mobile fax uuid guid hash fingerprint signature sig checksum key
  chave clave cle nfe nfce sat fiscal tse rksv zatca transaction transactions transaktion transaktionsnummer txn trx tx
  trace terminal tid mid merchant rrn stan aid application acceptor shipment sendung tracking parcel paket delivery
  lieferschein store filiale shop till kasse register journal session request correlation event message snowflake
  timestamp date datum time certificate license licence passport employee cashier user operator
`
