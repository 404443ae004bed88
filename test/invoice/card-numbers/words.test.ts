import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isBesideCardWord, meaningOfName } from '../../../src/invoice/card-numbers/words.ts'

describe('meaningOfName', () => {
  it('knows names for card numbers in many languages, however they are written', () => {
    for (const name of [
      'pan',
      'PAN',
      'cardNumber',
      'card_number',
      'card-no',
      'CARDNUMBER',
      'maskedPan',
      'creditCard',
      'paymentCardNumber',
      'primaryAccountNumber',
      'Kartennummer',
      'kreditkartennr',
      'cardholderNumber',
      'tag57',
      'KreditkartenNummer',
      'numéroDeCarte',
      'tarjeta',
      'númeroDoCartão',
      'kortnummer',
      'numer karty',
      'номерКарты',
      'bankkártya',
      'αριθμός κάρτας',
      'kartNumarası',
      'krediKartı',
      'KREDİ KARTI',
      'dinersClub',
      'رقم البطاقة',
      '卡号',
      'カード番号',
      '카드번호',
      'หมายเลขบัตร',
      'số thẻ',
      'visa',
      'track2',
      'track2Data',
      '5A',
    ])
      assert.equal(meaningOfName(name), 'card', name)
  })

  it('knows means of payment', () => {
    for (const name of [
      'tenders',
      'payment',
      'paymentId',
      'Zahlungen',
      'paiement',
      'оплата',
      'orderPayments',
      'płatność',
    ])
      assert.equal(meaningOfName(name), 'payment', name)
  })

  it('knows names for other numbers, of cards too that one does not pay with', () => {
    for (const name of [
      'orderId',
      'receiptNumber',
      'iban',
      'siret',
      'chaveNFe',
      'vatId',
      'cardTransactionId',
      'paymentOrderNumber',
      'giftCardNumber',
      'loyaltyCard',
      'simCard',
      'Kundenkarte',
      'carteCadeau',
      'cardNumberVoucher',
      'kartennummerKunde',
      'númeroTarjetaRegalo',
      'fidelityCardNumber',
      'presentKort',
      '会员卡号',
    ])
      assert.equal(meaningOfName(name), 'other', name)
  })

  it('learns nothing from other names', () => {
    for (const name of ['number', 'id', 'note', 'x1', 'reference', 'value', 'the', 'a'.repeat(1_000)])
      assert.equal(meaningOfName(name), null, name)
  })
})

describe('isBesideCardWord', () => {
  const NUMBER = '4111111111111111'
  const isBeside = (text: string) => {
    const start = text.indexOf(NUMBER)
    return isBesideCardWord(text, 0, start, start + NUMBER.length)
  }

  it('takes the last word before the number that says anything, or else the first one behind it', () => {
    for (const text of [
      `Karte ${NUMBER}`,
      `Zahlung mit Visa, Nr. ${NUMBER}`,
      `${NUMBER} (Mastercard)`,
      `Order paid by card ${NUMBER}`,
      `Kredi kartı ${NUMBER}`,
    ])
      assert.ok(isBeside(text), text)
    for (const text of [
      `Karte, Beleg ${NUMBER}`,
      `Gift card ${NUMBER}`,
      `Carte de fidélité ${NUMBER}`,
      `Dárková karta ${NUMBER}`,
      `Ajándék kártya ${NUMBER}`,
      `Hediye kartı ${NUMBER}`,
      `Дисконтная карта ${NUMBER}`,
      `Карта лояльности ${NUMBER}`,
      `${NUMBER} Stück, Karte`,
      NUMBER,
    ])
      assert.ok(!isBeside(text), text)
  })

  it('looks neither far nor before the number before', () => {
    assert.ok(!isBeside(`Karte${' '.repeat(40)}${NUMBER}`))
    const text = `Karte 5555 ${NUMBER}`
    assert.ok(!isBesideCardWord(text, 6, 11, 27))
  })
})
