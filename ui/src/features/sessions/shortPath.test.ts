import { expect, it } from 'vitest';
import { shortPath } from './shortPath';

it.each([
  ['workflows/orders.yaml', 21, 'workflows/orders.yaml'],
  ['/home/ada/configs/workflows/orders.yaml', 32, '…/configs/workflows/orders.yaml'],
  ['/home/ada/configs/workflows/orders.yaml', 30, '…/workflows/orders.yaml'],
  [
    '/home/ada/a-name-that-takes-all-the-room-there-is.yaml',
    20,
    '…/a-name-that-takes-all-the-room-there-is.yaml',
  ],
  ['C:\\Ada\\configs\\orders.yaml', 22, '…\\configs\\orders.yaml'],
  ['/数据/配置/工作流/订单.yaml', 18, '…/工作流/订单.yaml'],
])('cuts %s to %d columns by whole names', (path, room, short) => {
  expect(shortPath(path, room)).toBe(short);
});
