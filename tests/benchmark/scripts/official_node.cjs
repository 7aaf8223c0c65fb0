// The official client for Node.js: SCRIPT GATEWAY, with the folder of node_modules in NODE_PATH.
'use strict';

const fs = require('node:fs');
const { AlipaySdk } = require('alipay-sdk');

const sdk = new AlipaySdk({
  appId: '2014072300007148',
  privateKey: fs.readFileSync('app.pkcs1.pem', 'ascii'),
  alipayPublicKey: fs.readFileSync('alipay.pem', 'ascii'),
  gateway: process.argv[2],
});
const bizContent = {
  transaction_id: `T${Date.now()}`,
  product_code: 'w1010100000000002978',
  biz_code: 'FACE',
  identity_param: JSON.stringify({
    identity_type: 'CERT_INFO',
    cert_type: 'IDENTITY_CARD',
    cert_name: '收委',
    cert_no: '260104197909275964',
  }),
};
sdk
  .exec('zhima.customer.certification.initialize', { bizContent }, { validateSign: true })
  .then((answer) => console.log(answer.bizNo));
