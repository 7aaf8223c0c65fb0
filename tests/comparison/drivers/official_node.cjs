// Drives alipay-sdk as its users do: AlipaySdk.exec, and the configuration that it makes.
// Its one argument is the folder that node_modules is in.
'use strict';

const crypto = require('node:crypto');
const path = require('node:path');
const readline = require('node:readline');

const METHOD = 'zhima.customer.certification.initialize';
const REFUSED = 'refused';
// Far more than a call takes, lest a busy machine is taken for a refusal.
const SECONDS = 60;

// What is signed shows nowhere else: the client hands it to node's own signer, byte for byte.
let signed = null;
const createSign = crypto.createSign;
crypto.createSign = (...given) => {
  const signer = createSign(...given);
  const update = signer.update.bind(signer);
  signer.update = (data, encoding) => {
    signed = Buffer.from(data, encoding);
    return update(data, encoding);
  };
  return signer;
};

const { AlipaySdk } = require(path.join(process.argv[2], 'node_modules', 'alipay-sdk'));

function verdictOn(node) {
  if (node.code === '10000') return `biz_no ${node.bizNo ?? '(none)'}`;
  return `failure ${node.code} ${node.subCode ?? ''}`.trim();
}

async function call(given) {
  signed = null;
  let verdict = REFUSED;
  let why = '';
  try {
    const sdk = new AlipaySdk({
      appId: given.app_id,
      privateKey: given.private_key,
      keyType: given.key_form.startsWith('pkcs8') ? 'PKCS8' : 'PKCS1',
      alipayPublicKey: given.alipay_public_key,
      appCertContent: given.app_cert,
      alipayPublicCertContent: given.alipay_cert,
      alipayRootCertContent: given.alipay_root_cert,
      gateway: given.gateway,
      signType: given.sign_type,
      charset: given.charset,
      timeout: SECONDS * 1000,
      encryptKey: given.encrypt_key,
    });
    const params = { bizContent: JSON.parse(given.biz_content) };
    for (const name of ['timestamp', 'format', 'app_auth_token']) {
      if (name in given) params[name] = given[name];
    }
    if ('encrypt_key' in given) params.needEncrypt = true;
    verdict = verdictOn(await sdk.exec(METHOD, params, { validateSign: given.validate_sign }));
  } catch (error) {
    why = `${error.name}: ${error.message}`.slice(0, 300);
  }
  return { signed: signed && signed.toString('base64'), verdict, why };
}

function serialNumbers(given) {
  const found = {};
  // Both are read by one constructor, so each is asked for beside one that is known to be read.
  for (const [name, app, root] of [
    ['certificate', given.certificate, given.plain],
    ['root', given.plain, given.root],
  ]) {
    try {
      const { config } = new AlipaySdk({
        appId: '1',
        privateKey: given.private_key,
        appCertContent: app,
        alipayPublicCertContent: given.plain,
        alipayRootCertContent: root,
      });
      found[name] = name === 'root' ? config.alipayRootCertSn : config.appCertSn;
    } catch (error) {
      found[name] = `${REFUSED}: ${error.name}`;
    }
  }
  return found;
}

const DOES = { call, serial_numbers: serialNumbers };

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const given = JSON.parse(line);
    process.stdout.write(`${JSON.stringify(await DOES[given.do](given))}\n`);
  }
}

main();
